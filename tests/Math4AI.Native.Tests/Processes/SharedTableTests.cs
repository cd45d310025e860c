using Math4AI.Data.Tables;
using Math4AI.Language.Words;
using Math4AI.Unsupervised;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Processes;

/// <summary>Tables and texts that several processes look at together.</summary>
public class SharedTableTests : TemporaryFolder
{
    [Fact]
    public void Clusters_of_a_table_are_those_of_one_process()
    {
        File.WriteAllLines(In("t.csv"), ["a,b,c", .. Enumerable.Range(0, 300).Select(i => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{i % 3 * 4 + Math.Sin(i * i)},{i % 3 + Math.Cos(7.0 * i * i)},{Math.Sin(3.0 * i * i)}"))]);
        var method = new TableExploration { MaxClusters = 4 };
        TableOverview alone = method.Fit(Table.Read(In("t.csv")));
        TableOverview[] shared = ThreadGroup.Run(
            3, group => (method with { Processes = group }).Fit(Table.Read(In("t.csv"))));
        foreach (TableOverview overview in shared)
        {
            Assert.Equal(alone.Clusters!.Labels, overview.Clusters!.Labels);
            Assert.Equal(alone.Clusters.Support, overview.Clusters.Support);
            Assert.Equal(alone.Clusters.Counts!.Rows, overview.Clusters.Counts!.Rows);
            AssertNear(alone.Correlation!, overview.Correlation!);
            AssertNear(
                alone.Components!.Variances.ToColumnMatrix(), overview.Components!.Variances.ToColumnMatrix());
            AssertNear(alone.Components.Directions, overview.Components.Directions);
            Assert.Equal(alone.Information!.Pairs, overview.Information!.Pairs);
            Assert.Equal(alone.Outliers.Select(row => row.Row), overview.Outliers.Select(row => row.Row));
        }
    }

    [Fact]
    public void Means_of_a_table_are_those_of_one_process()
    {
        File.WriteAllLines(In("t.csv"), ["a,b", .. Enumerable.Range(0, 90).Select(i => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{i % 3 * 9 + Math.Sin(i * i)},{i % 3 % 2 * 9 + Math.Cos(7.0 * i * i)}"))]);
        var method = new TableClustering { Method = ClusterMethod.KMeans, MaxClusters = 5 };
        TableClusters alone = method.Fit(Table.Read(In("t.csv")));
        TableClusters[] shared = ThreadGroup.Run(
            3, group => (method with { Processes = group }).Fit(Table.Read(In("t.csv"))));
        Assert.StartsWith("3 clusters by k-means", alone.Verdict);
        Assert.All(shared, each => Assert.Equal(alone.Verdict, each.Verdict));
        Assert.All(shared, each => Assert.Equal(alone.Labels, each.Labels));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Vectors_of_words_are_those_of_one_process(int count)
    {
        // Three blocks of a megabyte, one of them without an end of a line.
        var random = new Random(4);
        string Line(int words) => string.Join(
            ' ', Enumerable.Range(0, words).Select(_ => $"w{(int)(60.0 * Math.Pow(random.NextDouble(), 2.0))}"));
        File.WriteAllLines(In("text"), [Line(400_000), .. Enumerable.Range(0, 20_000).Select(_ => Line(20))]);
        var options = new WordVectorOptions { Dimensions = 8, Window = 3 };
        WordVectors alone = WordVectors.Train(In("text"), options);
        WordVectors[] shared = ThreadGroup.Run(
            count, group => WordVectors.Train(In("text"), options with { Processes = group }));
        foreach (WordVectors vectors in shared)
        {
            Assert.Equal(alone.Words, vectors.Words);
            Assert.True(alone.Values.SequenceEqual(vectors.Values));
        }
    }

    [Fact]
    public void Words_learned_one_after_the_other_are_refused()
    {
        string[] messages = ThreadGroup.Run(2, group => Assert.Throws<ArgumentException>(() => WordVectors.Train(
            "text", new WordVectorOptions { Method = WordMethod.SkipGram, Processes = group })).Message);
        Assert.All(messages, message => Assert.StartsWith("Skip-gram and cbow learn from one pair", message));
    }

    private static void AssertNear(Matrix<double> expected, Matrix<double> found) =>
        Assert.True((expected - found).FrobeniusNorm() <= 1e-12 * expected.FrobeniusNorm());
}
