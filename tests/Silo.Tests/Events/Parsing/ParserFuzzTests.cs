using System.Text;
using System.Text.Json;
using CsCheck;
using IoTOrleans.Contracts;
using IoTOrleans.Silo.Events;
using IoTOrleans.Silo.Events.Parsing;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Events.Parsing;

/// <summary>Whatever the bytes are: an answer, and what is let through is within the limits.</summary>
public sealed class ParserFuzzTests : ParserTest
{
    /// <summary>Pieces that steer a mutation to where the parser decides.</summary>
    private static readonly string[] Fragments =
    [
        "null", "true", "1e400", "-1", "1e-400", "99999999999999999999999999999", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\"", "{}", "[]", "{", "}", "\"",
        "\\", "\\u", "\0", "\uFFFE", "[[[[[[[[", "\"thingName\":", "\"eventType\":\"connected\",", "\"current\":{},", "\"Type\":\"Notification\",\"Message\":\"{}\",",
        "\"timestamp\":1,", "\"attributes\":{\"\\ud800\":\"\"},", "\"\\ud800\":1,", "\"connected\":true,",
    ];

    private static readonly string[] Valid = RecordedPayloadTests.Payloads.Select(row => RecordedPayloadTests.Read(row.Data.Item1)).ToArray();

    [Fact]
    public void Random_bytes_get_an_answer() => Gen.Byte.Array[0, 200].Sample(ShouldGetAnAnswer, iter: 20_000);

    [Fact]
    public void Random_json_gets_an_answer() =>
        Gen.OneOf(Fragments).Array[0, 12]
            .Sample(parts => ShouldGetAnAnswer(Encoding.UTF8.GetBytes('{' + string.Concat(parts) + '}')), iter: 20_000);

    [Fact]
    public void Valid_bodies_with_pieces_overwritten_get_an_answer() =>
        Gen.Select(Gen.OneOf(Valid), Gen.Select(Gen.Double.Unit, Gen.Int[0, 12], Gen.OneOf(Fragments)).Array[1, 4])
            .Sample((body, edits) => ShouldGetAnAnswer(Encoding.UTF8.GetBytes(edits.Aggregate(body, Edit))), iter: 20_000);

    [Fact]
    public void Valid_bodies_with_bytes_flipped_get_an_answer() =>
        Gen.Select(Gen.OneOf(Valid), Gen.Select(Gen.Double.Unit, Gen.Byte).Array[1, 8]).Sample(
            (body, flips) =>
            {
                var bytes = Encoding.UTF8.GetBytes(body);
                foreach (var (at, value) in flips) bytes[(int)(at * (bytes.Length - 1))] = value;
                ShouldGetAnAnswer(bytes);
            },
            iter: 20_000);

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    [InlineData('"')]
    [InlineData('1')]
    [InlineData('\\')]
    public void A_body_of_1_MiB_gets_an_answer(char filling)
    {
        var filler = new string(filling, 1024 * 1024);

        ShouldGetAnAnswer(Encoding.UTF8.GetBytes(filler));
        ShouldGetAnAnswer(Encoding.UTF8.GetBytes($$"""{"thingName":"{{filler}}","connected":true}"""));
        ShouldGetAnAnswer(Encoding.UTF8.GetBytes($$"""{"thingName":"a","connected":true,"timestamp":{{filler}}}"""));
        ShouldGetAnAnswer(Encoding.UTF8.GetBytes($$"""{"thingName":"a","connected":true,"timestamp":{{Second}},"x":"{{new string('x', 1024 * 1024)}}"}"""));
    }

    private static string Edit(string body, (double At, int Length, string Piece) edit)
    {
        var at = (int)(edit.At * body.Length);
        return body.Remove(at, Math.Min(edit.Length, body.Length - at)).Insert(at, edit.Piece);
    }

    private static void ShouldGetAnAnswer(byte[] body)
    {
        ShouldBeWithinLimits(EventParser.Parse(body, EventSource.Queue, ReceivedAt));

        // As POST /events does it, and with the defaults of somebody who forgot our options.
        foreach (var options in (JsonDocumentOptions[])[EventParser.DocumentOptions, default])
        {
            JsonDocument document;
            try
            {
                document = JsonDocument.Parse(body, options);
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException)
            {
                continue;
            }

            using (document) ShouldBeWithinLimits(EventParser.Parse(document.RootElement, EventSource.Http, ReceivedAt));
        }
    }

    private static void ShouldBeWithinLimits(ParsedEvent parsed)
    {
        switch (parsed)
        {
            case ParsedEvent.Refused refused:
                refused.Detail.ShouldNotBeNullOrEmpty();
                refused.Detail.Length.ShouldBeLessThan(200);
                break;
            case ParsedEvent.Nothing nothing:
                ThingName.IsValid(nothing.ThingName, out var why).ShouldBeTrue(why);
                break;
            case ParsedEvent.Change(var thing, var change):
                ThingName.IsValid(thing, out var whyNot).ShouldBeTrue(whyNot);
                change.Timestamp.ShouldBeInRange(new DateTimeOffset(2010, 1, 1, 0, 0, 0, TimeSpan.Zero), ReceivedAt.AddMinutes(10));
                (change.Number ?? 0).ShouldBeGreaterThanOrEqualTo(0);
                (change.Attributes?.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value)) ?? 0).ShouldBeLessThanOrEqualTo(256);
                break;
        }
    }
}
