using Math4AI.Data.Models;
using Math4AI.Unsupervised.Hierarchies;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

public sealed class AgglomerationTests
{
    [Theory]
    [InlineData(Linkage.Ward, 80, 3)]
    [InlineData(Linkage.Single, 80, 3)]
    [InlineData(Linkage.Complete, 80, 3)]
    [InlineData(Linkage.Average, 80, 3)]
    [InlineData(Linkage.Ward, 60, 30)]
    [InlineData(Linkage.Single, 120, 30)]
    [InlineData(Linkage.Average, 2, 1)]
    public void The_mergers_are_those_of_the_two_nearest_groups_each_time(Linkage linkage, int rows, int columns)
    {
        Matrix<double> samples = Matrix<double>.Build.Random(rows, columns, 3);
        IReadOnlyList<Merger> found = new Agglomeration { Linkage = linkage }.Fit(samples).Mergers;
        Merger[] expected = [.. Defined(samples, linkage)];
        Assert.Equal(expected.Length, found.Count);
        foreach ((Merger merger, Merger wanted) in found.Zip(expected))
        {
            Assert.Equal(wanted.Distance, merger.Distance, 1e-12 * (1.0 + wanted.Distance));
            Assert.Equal(wanted with { Distance = 0.0 }, merger with { Distance = 0.0 });
        }
    }

    [Fact]
    public void Four_points_on_a_line_merge_as_by_hand()
    {
        Matrix<double> samples = Matrix<double>.Build.DenseOfColumnArrays([0.0, 1.0, 4.0, 9.0]);
        double[] Distances(Linkage linkage) =>
            [.. new Agglomeration { Linkage = linkage }.Fit(samples).Mergers.Select(merger => merger.Distance)];
        Assert.Equal([1.0, 3.0, 5.0], Distances(Linkage.Single));
        Assert.Equal([1.0, 4.0, 9.0], Distances(Linkage.Complete));
        Assert.Equal(22.0 / 3.0, Distances(Linkage.Average)[2], 1e-12);
        double[] ward = Distances(Linkage.Ward);
        Assert.Equal(Math.Sqrt(4.0 / 3.0) * 3.5, ward[1], 1e-12);
        Assert.Equal(Math.Sqrt(6.0 / 4.0) * (9.0 - 5.0 / 3.0), ward[2], 1e-12);
    }

    [Fact]
    public void A_cut_has_the_groups_that_were_asked_for()
    {
        Matrix<double> noise = Matrix<double>.Build.Random(90, 2, 5);
        Matrix<double> samples = Matrix<double>.Build.Dense(90, 2, (i, j) => 20.0 * (i % 3) * (j + 1) + noise[i, j]);
        foreach (Linkage linkage in Enum.GetValues<Linkage>())
        {
            AgglomerationFit fit = new Agglomeration { Linkage = linkage }.Fit(samples);
            Assert.Equal(Enumerable.Range(0, 90).Select(i => i % 3), fit.Cut(3));
            Assert.Equal(fit.Cut(3), fit.CutAt(15.0));
            Assert.Equal(Enumerable.Range(0, 90), fit.Cut(90));
            Assert.All(fit.Cut(1), label => Assert.Equal(0, label));
            Assert.Throws<ArgumentOutOfRangeException>(() => fit.Cut(91));
            Assert.Throws<ArgumentOutOfRangeException>(() => fit.CutAt(double.NaN));
        }
    }

    [Fact]
    public void Other_samples_go_to_the_group_that_is_nearest_by_the_linkage_and_a_saved_hierarchy_is_the_same()
    {
        // Groups {0, 6} and {10, 11, 12} on a line: 7.7 is nearest to the first by its nearest sample, to the
        // second by its farthest, by the mean and by Ward's distance, which counts the samples of a group.
        Matrix<double> samples = Matrix<double>.Build.DenseOfColumnArrays([0.0, 6.0, 10.0, 11.0, 12.0]);
        Matrix<double> other = Matrix<double>.Build.Dense(1, 1, 7.7);
        int[] labels = [0, 0, 1, 1, 1];
        Assert.Equal(0, new GroupDistances(samples.ToRowMajorArray(), 1, labels, 2, Linkage.Single).Nearest([7.7]));
        Assert.Equal(1, new GroupDistances(samples.ToRowMajorArray(), 1, labels, 2, Linkage.Complete).Nearest([7.7]));
        Assert.Equal(1, new GroupDistances(samples.ToRowMajorArray(), 1, labels, 2, Linkage.Average).Nearest([7.7]));
        Assert.Equal(1, new GroupDistances(samples.ToRowMajorArray(), 1, labels, 2, Linkage.Ward).Nearest([7.7]));
        Assert.Equal(0, new GroupDistances(samples.ToRowMajorArray(), 1, labels, 2, Linkage.Ward).Nearest([6.8]));
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            foreach (Linkage linkage in Enum.GetValues<Linkage>())
            {
                AgglomerationFit fit = new Agglomeration { Linkage = linkage }.Fit(samples);
                Assert.Equal(fit.Cut(3), fit.Assign(samples, 3));
                fit.Save(folder, 2, replace: true);
                var read = Assert.IsType<AgglomerationFit>(ModelFolder.Open(folder));
                Assert.Equal(fit.Mergers, read.Mergers);
                string rows = Path.Combine(folder, "rows.csv");
                File.WriteAllLines(rows, ["x", "0.5", "11.2"]);
                Assert.Equal([1.0, 2.0], read.PredictFile(rows).Values.Select(row => row[0]));
                Assert.Throws<ArgumentOutOfRangeException>(() => fit.Save(folder, 6));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.Throws<ArgumentException>(() => new Agglomeration().Fit(samples).Assign(other.Append(other), 2));
    }

    [Fact]
    public void Equal_samples_any_unit_and_one_sample_have_an_answer_and_what_cannot_be_used_is_refused()
    {
        Matrix<double> samples = Matrix<double>.Build.Random(40, 3, 5);
        foreach (Linkage linkage in Enum.GetValues<Linkage>())
        {
            var method = new Agglomeration { Linkage = linkage };
            Assert.All(method.Fit(Matrix<double>.Build.Dense(30, 2, 7.0)).Mergers, x => Assert.Equal(0.0, x.Distance));
            Assert.Equal(method.Fit(samples).Cut(5), method.Fit(samples * Math.ScaleB(1.0, 700)).Cut(5));
            Assert.Equal(method.Fit(samples).Cut(5), method.Fit(samples * Math.ScaleB(1.0, -700)).Cut(5));
            Assert.Equal([0], method.Fit(samples.SubMatrix(0, 1, 0, 3)).Cut(1));
        }

        samples[3, 2] = double.NaN;
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new Agglomeration().Fit(samples));
        Assert.Contains("row 4 has NaN in column 3", refused.Message, StringComparison.Ordinal);
        Matrix<double> many = Matrix<double>.Build.Dense(20_001, 1);
        refused = Assert.Throws<ArgumentException>(() => new Agglomeration().Fit(many));
        Assert.Contains("GB", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Looks for the two nearest of all groups at every step, by the definition of their distance.</summary>
    private static IEnumerable<Merger> Defined(Matrix<double> samples, Linkage linkage)
    {
        int count = samples.RowCount;
        var groups = Enumerable.Range(0, count).ToDictionary(i => i, i => new[] { i });
        double[][] distances = [.. samples.EnumerateRows().Select(x =>
            samples.EnumerateRows().Select(y => (x - y).L2Norm()).ToArray())];
        for (int made = 0; made < count - 1; made++)
        {
            (int first, int second, double distance) = (
                from a in groups.Keys
                from b in groups.Keys
                where a < b
                select (a, b, Apart(groups[a], groups[b]))).MinBy(pair => pair.Item3);
            int[] both = [.. groups[first], .. groups[second]];
            groups.Remove(first);
            groups.Remove(second);
            groups.Add(count + made, both);
            yield return new Merger(first, second, distance, both.Length);
        }

        double Apart(int[] a, int[] b)
        {
            IEnumerable<double> pairs = a.SelectMany(i => b.Select(j => distances[i][j]));
            return linkage switch
            {
                Linkage.Single => pairs.Min(),
                Linkage.Complete => pairs.Max(),
                Linkage.Average => pairs.Average(),
                _ => Math.Sqrt(2.0 * a.Length * b.Length / (a.Length + b.Length)) * (Mean(a) - Mean(b)).L2Norm(),
            };
        }

        Vector<double> Mean(int[] group) =>
            group.Aggregate(Vector<double>.Build.Dense(samples.ColumnCount), (sum, i) => sum + samples.Row(i))
            / group.Length;
    }
}
