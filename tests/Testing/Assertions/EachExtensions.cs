using System.Linq.Expressions;

namespace Shouldly;

public static class EachExtensions
{
    /// <summary>
    /// There is at least one, and each is so. Shouldly's own <c>ShouldAllBe</c> holds for an empty list as well, so a test with it may
    /// never fail.
    /// </summary>
    public static void ShouldEachBe<T>(this IEnumerable<T> items, Expression<Func<T, bool>> condition, string? message = null)
    {
        var all = items.ToList();
        all.ShouldNotBeEmpty(message);
#pragma warning disable RS0030 // This is the one place for it.
        all.ShouldAllBe(condition, message);
#pragma warning restore RS0030
    }
}
