using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Math4AI.Tests.TestOrder))]

namespace Math4AI.Tests;

/// <summary>
/// Begins with the rooms whose classes take longest, in a random order: such a class that began last would run alone
/// to the end, on one of the cores.
/// </summary>
public sealed class TestOrder : ITestCollectionOrderer
{
    private static readonly string[] Long =
        ["Math4AI.Tests.Cli.", "Math4AI.Tests.Separation.", "Math4AI.Tests.Training."];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. DefaultTestCollectionOrderer.Instance.OrderTestCollections(testCollections)
            .OrderBy(collection => Long.Any(room =>
                collection.TestCollectionDisplayName.Contains(room, StringComparison.Ordinal)) ? 0 : 1)];
}
