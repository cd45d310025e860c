using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Unsupervised.Outliers;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

public sealed class MinimumCovarianceDeterminantTests
{
    // K. Brownlee, "Statistical theory and methodology in science and engineering" (1965): the operating days of a
    // plant.
    private static readonly double[] Air =
        [80, 80, 75, 62, 62, 62, 62, 62, 58, 58, 58, 58, 58, 58, 50, 50, 50, 50, 50, 56, 70];

    private static readonly double[] Water =
        [27, 27, 25, 24, 22, 23, 24, 24, 23, 18, 18, 17, 18, 19, 18, 18, 19, 19, 20, 20, 20];

    private static readonly double[] Acid =
        [89, 88, 90, 87, 87, 87, 93, 93, 87, 80, 89, 88, 82, 93, 89, 86, 72, 79, 80, 82, 91];

    [Fact]
    public void The_core_is_the_one_that_all_subsets_give_and_the_outliers_are_the_known_ones()
    {
        // Of all 293,930 subsets of 12 days, this one has the least determinant, exp(5.211546911712785).
        Matrix<double> days = Matrix<double>.Build.DenseOfColumnArrays(Air, Water, Acid);
        RobustCovarianceFit fit = new MinimumCovarianceDeterminant().Fit(days);
        Assert.Equal([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 19], fit.Core);
        Assert.Equal(5.211546911712785, LogDeterminant(days, fit.Core), 1e-12);
        Assert.Equal(0.0, (fit.RawLocation - Vector<double>.Build.Dense(Mean(days, fit.Core))).InfinityNorm(), 1e-9);

        // Days 1, 2, 3 and 21; P. Rousseeuw, B. van Zomeren, JASA 85 (1990). An ordinary covariance hides them.
        Vector<double> distances = fit.Distances(days);
        int[] order = [.. Enumerable.Range(0, 21).OrderByDescending(i => distances[i]).Take(4).Order()];
        Assert.Equal([0, 1, 2, 20], order);
        Assert.True(order.Min(i => distances[i]) > 3.06);
    }

    [Fact]
    public void On_iris_the_determinant_is_not_above_that_of_scikit_learn()
    {
        // MinCovDet of scikit-learn 1.2.1: the least of 20 seeds, whose core has 78 flowers.
        Table table = Table.Read(Repository.Data("tables", "iris.csv"));
        Matrix<double> iris =
            Matrix<double>.Build.DenseOfColumnArrays([.. table.Names.Take(4).Select(table.Numbers)]);
        RobustCovarianceFit fit = new MinimumCovarianceDeterminant { Share = 0.52 }.Fit(iris);
        Assert.Equal(78, fit.Core.Count);
        Assert.True(LogDeterminant(iris, fit.Core) <= -9.617418312248383 + 1e-9);
    }

    [Fact]
    public void A_group_of_outliers_moves_neither_center_nor_covariance_of_many_samples()
    {
        // Independent standard normal columns, but for a quarter of the samples.
        const int Count = 3000;
        Matrix<double> samples = Matrix<double>.Build.Random(Count, 3, 7);
        for (int i = 0; i < Count; i += 4)
        {
            samples.SetRow(i, samples.Row(i) * 0.1 + 9.0);
        }

        RobustCovarianceFit fit = new MinimumCovarianceDeterminant().Fit(samples);
        Assert.All(fit.Location, mean => Assert.Equal(0.0, mean, 0.1));
        Assert.Equal(0.0, (fit.Covariance - Matrix<double>.Build.DenseIdentity(3)).L2Norm(), 0.15);
        Vector<double> distances = fit.Distances(samples);
        Assert.True(Enumerable.Range(0, Count).Where(i => i % 4 == 0).Min(i => distances[i]) > 10.0);
        Matrix<double> fresh = Matrix<double>.Build.Random(2000, 3, 8);
        Assert.Equal(0.1, fit.Chances(fresh).Average(chance => chance < 0.1 ? 1.0 : 0.0), 0.025);
        Matrix<double> parts = fit.Contributions(samples);
        Assert.Equal(distances[5] * distances[5], parts.Row(5).Sum(), 1e-9);
    }

    [Fact]
    public void The_estimate_follows_units_shifts_and_rotations_and_a_saved_one_measures_alike()
    {
        Matrix<double> samples = Matrix<double>.Build.Random(200, 3, 2);
        samples.SetSubMatrix(0, 0, samples.SubMatrix(0, 30, 0, 3) + 7.0);
        Matrix<double> mix =
            Matrix<double>.Build.DenseOfRowArrays([2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 0.0, 1e4]);
        RobustCovarianceFit fit = new MinimumCovarianceDeterminant().Fit(samples);
        RobustCovarianceFit mixed = new MinimumCovarianceDeterminant().Fit(samples * mix + 5.0);
        Assert.Equal(fit.Core, mixed.Core);
        Vector<double> distances = fit.Distances(samples);
        Assert.Equal(0.0, (distances - mixed.Distances(samples * mix + 5.0)).InfinityNorm(), 1e-6);
        Assert.Equal(distances, new MinimumCovarianceDeterminant().Fit(samples).Distances(samples));
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            fit.Save(folder);
            var read = Assert.IsType<RobustCovarianceFit>(ModelFolder.Open(folder));
            Assert.Equal(distances, read.Distances(samples));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void What_has_no_robust_covariance_is_refused_with_the_reason()
    {
        var method = new MinimumCovarianceDeterminant { Starts = 20 };
        Matrix<double> samples = Matrix<double>.Build.Random(40, 3, 5);
        Assert.Throws<ArgumentException>(() => method.Fit(samples.SubMatrix(0, 6, 0, 3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => (method with { Share = 0.3 }).Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => (method with { Starts = 0 }).Fit(samples));
        Matrix<double> flat = samples.Append(samples.Column(0).ToColumnMatrix());
        Assert.Contains("lie in a plane", Assert.Throws<ArgumentException>(() => method.Fit(flat)).Message,
            StringComparison.Ordinal);
        Matrix<double> still = samples.Clone();
        still.SetColumn(1, 0, 30, Vector<double>.Build.Dense(30, 2.5));
        Assert.Contains("Column 2 has the value 2.5 in 30 of 40", Assert.Throws<ArgumentException>(
            () => method.Fit(still)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => method.Fit(samples).Distances(flat));
        samples[7, 2] = double.NaN;
        Assert.Contains("row 8 has NaN in column 3", Assert.Throws<ArgumentException>(
            () => method.Fit(samples)).Message, StringComparison.Ordinal);
    }

    private static double[] Mean(Matrix<double> samples, IReadOnlyList<int> rows) =>
        [.. samples.EnumerateColumns().Select(column => rows.Average(row => column[row]))];

    private static double LogDeterminant(Matrix<double> samples, IReadOnlyList<int> rows)
    {
        double[] mean = Mean(samples, rows);
        Matrix<double> apart =
            Matrix<double>.Build.Dense(rows.Count, mean.Length, (i, j) => samples[rows[i], j] - mean[j]);
        return Math.Log((apart.TransposeThisAndMultiply(apart) / rows.Count).Determinant());
    }
}
