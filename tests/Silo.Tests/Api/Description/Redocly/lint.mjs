// Lints the file that is named, and prints what Redocly says as JSON. It calls nobody.
process.env.REDOCLY_TELEMETRY = "off";
process.env.REDOCLY_SUPPRESS_UPDATE_NOTICE = "true";

process.argv = [...process.argv.slice(0, 2), "lint", process.argv[2], "--config", "redocly.yaml", "--format", "json"];
await import("@redocly/cli/bin/cli.js");
