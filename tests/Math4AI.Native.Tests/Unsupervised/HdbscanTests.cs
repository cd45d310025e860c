using Math4AI.Data.Models;
using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using Math4AI.Unsupervised.Clusters;
using Math4AI.Unsupervised.Hierarchies;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

[Collection(nameof(ProcessSettings))]
public sealed class HdbscanTests
{
    [Theory]
    [InlineData(150, 2, 4, 5, 1)]
    [InlineData(150, 2, 2, 2, 2)]
    [InlineData(200, 20, 6, 8, 3)]
    [InlineData(120, 1, 1, 4, 4)]
    [InlineData(160, 2, 5, 5, 5, true)]
    [InlineData(60, 13, 70, 6, 6)]
    public void Labels_are_those_of_the_definition(
        int rows, int columns, int minSamples, int minSize, int seed, bool isRounded = false)
    {
        Matrix<double> samples = Groups(rows, columns, seed);
        samples = isRounded ? samples.Map(x => Math.Round(x * 2.0) / 2.0, Zeros.Include) : samples;
        HdbscanFit fit = new Hdbscan { MinSamples = minSamples, MinClusterSize = minSize }.Fit(samples);
        Assert.Equal(Defined(samples, minSamples, minSize), fit.Labels);
    }

    [Theory]
    [InlineData(5000, 3, 5)]
    [InlineData(5000, 40, 10)]
    [InlineData(3000, 14, 1)]
    public void The_tree_of_many_samples_has_the_lengths_of_one_that_compares_all(int rows, int columns, int minSamples)
    {
        Matrix<double> samples = Groups(rows, columns, 7);
        var tree = ReachabilityTree.Of(new NeighborSearch(samples), samples, minSamples, default);
        double[] cores = tree.Cores;
        double[] expected = [.. ByPrim(samples.ToRowArrays(), cores).Select(edge => edge.Weight).Order()];
        Assert.Equal(expected, tree.Edges.Select(edge => edge.Weight).Order());
        Assert.Equal(rows - 1, MergeTree.Of(tree.Edges, rows).Root - rows + 1);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(30)]
    public void Five_thousand_samples_have_the_labels_of_a_tree_that_compares_all(int columns)
    {
        Matrix<double> samples = Groups(5000, columns, 11);
        HdbscanFit fit = new Hdbscan { MinClusterSize = 15 }.Fit(samples);
        double[] cores = ReachabilityTree.Of(new NeighborSearch(samples), samples, 15, default).Cores;
        var slow = new HdbscanFit(
            new ClusterTree(ByPrim(samples.ToRowArrays(), cores), 5000, 15), samples, cores, 15);
        Assert.Equal(slow.Labels, fit.Labels);
        Assert.Equal(slow.Strengths, fit.Strengths);
        Assert.True(fit.Clusters > 1);
    }

    [Fact]
    public void The_result_depends_neither_on_threads_nor_on_the_unit_nor_on_the_order()
    {
        Matrix<double> samples = Groups(700, 16, 5);
        HdbscanFit fit = new Hdbscan().Fit(samples);
        Assert.Equal(fit.Labels, new Hdbscan().Fit(samples * Math.ScaleB(1.0, -400)).Labels);
        Assert.Equal(fit.Labels, new Hdbscan().Fit(samples * Math.ScaleB(1.0, 600)).Labels);
        var reversed = Matrix<double>.Build.Dense(700, 16, (i, j) => samples[699 - i, j]);
        Assert.Equal(1.0, ClusterAgreement.AdjustedRand(fit.Labels, [.. new Hdbscan().Fit(reversed).Labels.Reverse()]));
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            Assert.Equal(fit.Labels, new Hdbscan().Fit(samples).Labels);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void Groups_of_different_density_are_found_and_what_lies_between_is_noise()
    {
        Matrix<double> noise = Matrix<double>.Build.Random(301, 2, 9);
        Matrix<double> samples = Matrix<double>.Build.Dense(301, 2, (i, j) =>
            i < 150 ? 0.01 * noise[i, j] : i < 300 ? 10.0 + noise[i, j] : 100.0);
        HdbscanFit fit = new Hdbscan { MinClusterSize = 30 }.Fit(samples);
        Assert.Equal(2, fit.Clusters);
        Assert.Equal(DbscanFit.Noise, fit.Labels[300]);
        Assert.Equal(0.0, fit.Strengths[300]);
        Assert.All(fit.Strengths, strength => Assert.InRange(strength, 0.0, 1.0));
        Assert.All(fit.OutlierScores, score => Assert.InRange(score, 0.0, 1.0));
        Assert.True(fit.OutlierScores[300] > 0.9);
        Assert.Null(fit.Warning);
    }

    [Fact]
    public void Other_samples_join_where_they_reach_the_clusters_and_a_saved_fit_assigns_alike()
    {
        Matrix<double> noise = Matrix<double>.Build.Random(300, 2, 9);
        Matrix<double> samples = noise.MapIndexed((i, _, value) => i < 150 ? 0.01 * value : 10.0 + value);
        HdbscanFit fit = new Hdbscan { MinClusterSize = 30 }.Fit(samples);

        // A hundred widths away from the first group, it is still the nearest, and the second not yet joined; far from
        // both, they are one.
        Matrix<double> others = Matrix<double>.Build.DenseOfRowArrays(
            [0.003, -0.004], [10.1, 9.8], [1.0, 1.0], [500.0, -500.0]);
        Assert.Equal([0, 1, 0, DbscanFit.Noise], fit.Assign(others));
        Assert.Equal(fit.Labels, fit.Assign(samples));
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            fit.Save(folder);
            var read = Assert.IsType<HdbscanFit>(ModelFolder.Open(folder));
            Assert.Equal(fit.Labels, read.Labels);
            Assert.Equal(fit.Strengths, read.Strengths);
            Assert.Equal(fit.OutlierScores, read.OutlierScores);
            Assert.Equal(fit.Stabilities, read.Stabilities);
            Assert.Equal([0, 1, 0, DbscanFit.Noise], read.Assign(others));
            string rows = Path.Combine(folder, "rows.csv");
            File.WriteAllLines(rows, ["x,y", "0.003,-0.004", "1,1", "500,-500"]);
            double[][] predicted = read.PredictFile(rows).Values;
            Assert.Equal([1.0, 1.0, 0.0], predicted.Select(row => row[0]));
            Assert.True(predicted[0][1] > 0.2);
            Assert.InRange(predicted[1][1], 1e-6, 0.05);
            Assert.Equal(0.0, predicted[2][1]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Assert.Throws<ArgumentException>(() => fit.Assign(others.SubMatrix(0, 2, 0, 1)));
        HdbscanFit one = new Hdbscan().Fit(Matrix<double>.Build.Dense(1, 2, 2.0));
        Assert.Equal([-1, -1, -1, -1], one.Assign(others));
    }

    [Fact]
    public void Equal_samples_one_sample_and_constant_columns_have_an_answer()
    {
        Assert.All(new Hdbscan().Fit(Matrix<double>.Build.Dense(50, 3, 2.0)).Labels, x => Assert.Equal(-1, x));
        Assert.NotNull(new Hdbscan().Fit(Matrix<double>.Build.Dense(50, 3, 2.0)).Warning);
        Assert.Equal([-1], new Hdbscan().Fit(Matrix<double>.Build.Dense(1, 3, 2.0)).Labels);
        Assert.Equal([-1, -1], new Hdbscan().Fit(Matrix<double>.Build.Dense(2, 1, (i, _) => i)).Labels);
        var twoPlaces = Matrix<double>.Build.Dense(40, 2, (i, j) => j == 0 ? 1.0 : i % 2);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => i % 2), new Hdbscan().Fit(twoPlaces).Labels);
    }

    [Fact]
    public void What_cannot_be_used_is_refused_with_its_place()
    {
        Matrix<double> samples = Groups(30, 2, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Hdbscan { MinClusterSize = 1 }.Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Hdbscan { MinSamples = 0 }.Fit(samples));
        samples[4, 1] = double.NaN;
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new Hdbscan().Fit(samples));
        Assert.Contains("row 5 has NaN in column 2", refused.Message, StringComparison.Ordinal);
    }

    private static Matrix<double> Groups(int rows, int columns, int seed)
    {
        Matrix<double> centers = 5.0 * Matrix<double>.Build.Random(4, columns, seed);
        Matrix<double> noise = Matrix<double>.Build.Random(rows, columns, seed + 100);
        return Matrix<double>.Build.Dense(
            rows, columns, (i, j) => centers[i % 4, j] + (0.4 + 0.5 * (i % 4)) * noise[i, j]);
    }

    private static double Reach(double[][] rows, double[] cores, int i, int j)
    {
        double[] first = rows[i], second = rows[j];
        double sum = 0.0;
        for (int k = 0; k < first.Length; k++)
        {
            sum += (first[k] - second[k]) * (first[k] - second[k]);
        }

        return Math.Max(Math.Sqrt(sum), Math.Max(cores[i], cores[j]));
    }

    private static List<TreeEdge> ByPrim(double[][] rows, double[] cores)
    {
        double[] nearest = [.. Enumerable.Repeat(double.PositiveInfinity, rows.Length)];
        int[] from = new int[rows.Length];
        bool[] isIn = new bool[rows.Length];
        var edges = new List<TreeEdge>();
        for (int at = 0, step = 1; step < rows.Length; step++)
        {
            isIn[at] = true;
            int next = -1;
            for (int i = 0; i < rows.Length; i++)
            {
                if (!isIn[i])
                {
                    double reach = Reach(rows, cores, at, i);
                    (nearest[i], from[i]) = reach < nearest[i] ? (reach, at) : (nearest[i], from[i]);
                    next = next < 0 || nearest[i] < nearest[next] ? i : next;
                }
            }

            edges.Add(new TreeEdge(from[next], next, nearest[next]));
            at = next;
        }

        return edges;
    }

    /// <summary>
    /// By the definition: what is connected at each threshold, from the largest down, without any tree.
    /// </summary>
    private static int[] Defined(Matrix<double> samples, int minSamples, int minSize)
    {
        double[][] rows = samples.ToRowArrays();
        int count = rows.Length;
        double[] none = new double[count];
        double[] cores = [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, count)
            .Select(j => Reach(rows, none, i, j)).Order().ElementAt(Math.Min(minSamples, count) - 1))];
        double[][] reach = [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, count)
            .Select(j => Reach(rows, cores, i, j)).ToArray())];
        double[] levels = [.. reach.SelectMany((row, i) => row.Where((_, j) => j != i)).Distinct().OrderDescending()];
        double smallest = levels.Where(level => level > 0.0).DefaultIfEmpty(1.0).Min();
        int[] labels = [.. Enumerable.Repeat(-1, count)];
        foreach (int[] cluster in Best([.. Enumerable.Range(0, count)], 0.0, 0, isRoot: true).Chosen.OrderBy(c => c[0]))
        {
            int label = labels.Max() + 1;
            Array.ForEach(cluster, i => labels[i] = label);
        }

        return labels;

        (double Stability, List<int[]> Chosen) Best(int[] members, double begin, int level, bool isRoot)
        {
            double own = 0.0;
            int[] left = members;
            for (; level < levels.Length; level++)
            {
                double density = 1.0 / Math.Max(levels[level], smallest);
                int[][] parts = Connected(left, levels[level]);
                int[][] large = [.. parts.Where(part => part.Length >= minSize)];
                own += parts.Where(part => large.Length != 1 || part != large[0])
                    .Sum(part => part.Length * (density - begin));
                if (large.Length == 1)
                {
                    left = large[0];
                    continue;
                }

                var below = large.Select(part => Best(part, density, level + 1, false)).ToArray();
                double sum = below.Sum(part => part.Stability);
                return isRoot || own < sum
                    ? (sum, [.. below.SelectMany(part => part.Chosen)])
                    : (own, [members]);
            }

            return (own, isRoot ? [] : [members]);
        }

        int[][] Connected(int[] members, double threshold)
        {
            var parts = new List<int[]>();
            var open = new HashSet<int>(members);
            while (open.Count > 0)
            {
                var part = new List<int> { open.Min() };
                open.Remove(part[0]);
                for (int k = 0; k < part.Count; k++)
                {
                    int[] joined = [.. open.Where(j => reach[part[k]][j] < threshold)];
                    part.AddRange(joined);
                    open.ExceptWith(joined);
                }

                parts.Add([.. part.Order()]);
            }

            return [.. parts];
        }
    }
}
