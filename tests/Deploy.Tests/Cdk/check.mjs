// Checks a CloudFormation template with aws-cdk-lib's own validation and with cdk-nag's AwsSolutions rules, and prints what they find:
//   node check.mjs <template>  →  {"findings":[{"rule","resource","message"}],"suppressed":[{"rule","resource","reason"}]}
// Any other failure ends with an exit status that is not 0.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Aspects, Stack } from "aws-cdk-lib";
import { CfnInclude } from "aws-cdk-lib/cloudformation-include";
import { AwsSolutionsChecks } from "cdk-nag";

const templateFile = process.argv[2];
readFileSync(templateFile);

const findings = [];
const suppressed = [];
const collector = {
  onCompliance() {},
  onNotApplicable() {},
  onNonCompliance: found => findings.push({ rule: found.ruleId, resource: idOf(found), message: found.findingId || found.ruleInfo }),
  onError: found => findings.push({ rule: found.ruleId, resource: idOf(found), message: found.errorMessage }),
  onSuppressed: found => suppressed.push({ rule: found.ruleId, resource: idOf(found), reason: found.suppressionReason }),
  onSuppressedError: found => suppressed.push({ rule: found.ruleId, resource: idOf(found), reason: found.errorSuppressionReason }),
};

const outdir = mkdtempSync(join(tmpdir(), "template-check-"));
try {
  const app = new App({ outdir, analyticsReporting: false, context: { "@aws-cdk/core:validateAgainstDefaultRules": true } });
  const stack = new Stack(app, "Template");
  if (include(stack)) {
    Aspects.of(app).add(new AwsSolutionsChecks({ additionalLoggers: [collector] }));
    validate(app);
  }
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
console.log(JSON.stringify({ findings, suppressed }));

// What CfnInclude cannot resolve, such as a !Ref to nothing, it throws.
function include(stack) {
  try {
    new CfnInclude(stack, "Included", { templateFile });
    return true;
  } catch (error) {
    findings.push({ rule: "CfnInclude", resource: "", message: error.message });
    return false;
  }
}

// A template that CloudFormation would refuse makes synth() throw, and the report says why.
function validate(app) {
  let failure;
  try {
    app.synth();
  } catch (error) {
    failure = error;
  }
  const report = JSON.parse(readFileSync(join(outdir, "validation-report.json"), "utf8"));
  const violations = report.pluginReports.flatMap(plugin => plugin.violations);
  for (const { ruleName, description, violatingConstructs } of violations) {
    for (const { cloudFormationResource } of violatingConstructs)
      findings.push({ rule: ruleName, resource: cloudFormationResource?.logicalId ?? "", message: description });
  }
  if (failure && violations.length === 0) throw failure;
}

function idOf(found) {
  return found.resource.logicalId ? found.resource.stack.resolve(found.resource.logicalId) : "";
}
