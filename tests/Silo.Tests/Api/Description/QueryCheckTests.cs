using IoTOrleans.Silo.Api.Description;
using Microsoft.AspNetCore.WebUtilities;
using Shouldly;
using Xunit;

namespace IoTOrleans.Silo.Tests.Api.Description;

public sealed class QueryCheckTests
{
    private static readonly Operation Some = new("some", Topic.Devices, "Some")
    {
        Query =
        [
            QueryParameter.OneOf("status", ["grace", "offline"], ""), QueryParameter.Number("limit", 1, 1000, 100, ""), new("prefix", ""),
        ],
        Answers = [],
    };

    [Theory]
    [InlineData("")]
    [InlineData("?status=&limit=&prefix=")]
    [InlineData("?status=grace&status=OFFLINE&status=grace&limit=1000&prefix=a&prefix=a")]
    [InlineData("?Limit=5")]
    public void What_fits_passes(string query) => Check(query).ShouldBeEmpty();

    [Theory]
    [InlineData("?stauts=grace", "stauts", "stauts is no parameter of GET /x. Did you mean status? There are: status, limit, prefix.")]
    [InlineData("?color=red", "color", "color is no parameter of GET /x. There are: status, limit, prefix.")]
    [InlineData("?limit=0", "limit", "limit '0' is not a number from 1 to 1000.")]
    [InlineData("?limit=1&limit=2", "limit", "limit is there 2 times: say it once.")]
    [InlineData("?limit=%2B5", "limit", "limit '+5' is not a number from 1 to 1000.")]
    [InlineData("?prefix=a&prefix=b", "prefix", "prefix is there 2 times: say it once.")]
    [InlineData("?status=grace&status=away", "status", "status 'away' is none of grace, offline.")]
    [InlineData("?status=a&status=b&status=c", "status", "status is there 3 times: at most 2 at once.")]
    [InlineData("?=1", "A name that is empty", "A name that is empty is no parameter of GET /x. There are: status, limit, prefix.")]
    public void What_does_not_fit_is_named(string query, string parameter, string detail) =>
        Check(query).ShouldBe([new(parameter, detail)]);

    [Fact]
    public void All_mistakes_are_named_at_once() =>
        Check("?limit=ten&stauts=grace&status=away").Select(mistake => mistake.Parameter).ShouldBe(
            ["limit", "stauts", "status"], ignoreOrder: true);

    [Fact]
    public void An_operation_without_parameters_says_so()
    {
        var mistakes = QueryCheck.Mistakes(Some with { Query = [] }, QueryHelpers.ParseQuery("?status=grace"), "GET /x");
        mistakes.Single().Detail.ShouldBe("status is not known: GET /x takes no query parameters.");
    }

    [Fact]
    public void A_long_name_is_cut() => Check($"?{new string('x', 5000)}=1").Single().Detail.Length.ShouldBeLessThan(200);

    private static List<QueryMistake> Check(string query) => QueryCheck.Mistakes(Some, QueryHelpers.ParseQuery(query), "GET /x");
}
