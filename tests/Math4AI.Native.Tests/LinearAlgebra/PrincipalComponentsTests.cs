using System.Globalization;
using Math4AI.Data.Arrays;
using Math4AI.Data.Models;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.LinearAlgebra;

[Collection(nameof(ProcessSettings))]
public sealed class PrincipalComponentsTests : TemporaryFolder
{
    public static TheoryData<PrincipalMethod> Methods => [.. Enum.GetValues<PrincipalMethod>()];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Iris_has_the_components_that_scikit_learn_finds(PrincipalMethod method)
    {
        double[] variances = [4.228241706034864, 0.24267074792863344, 0.07820950004291942, 0.023835092973449434];
        double[] first = [0.3613865917853687, -0.08452251406456868, 0.8566706059498351, 0.3582891971515508];
        PrincipalComponentsFit fit = new PrincipalComponents(4) { Method = method }.Fit(Iris());
        Assert.All(variances, (expected, i) => Assert.Equal(expected, fit.Variances[i], 1e-13));
        Assert.All(first, (expected, i) => Assert.Equal(expected, fit.Directions[i, 0], 1e-13));
        Assert.Equal(1.0, fit.VarianceShares.Sum(), 1e-13);
        Assert.Equal(3, fit.MinkaDimension());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Directions_are_orthonormal_and_coordinates_are_uncorrelated(PrincipalMethod method)
    {
        Matrix<double> samples = Planted(300, 12);
        PrincipalComponentsFit fit = new PrincipalComponents(3) { Method = method, Standardize = true }.Fit(samples);
        Matrix<double> gram = fit.Directions.TransposeThisAndMultiply(fit.Directions);
        Assert.Equal(0.0, (gram - Matrix<double>.Build.DenseIdentity(3)).L2Norm(), 1e-13);
        Matrix<double> t = fit.Transform(samples);
        Matrix<double> covariance = t.TransposeThisAndMultiply(t) / 299.0;
        Matrix<double> expected = Matrix<double>.Build.DenseOfDiagonalVector(fit.Variances);
        Assert.Equal(0.0, (covariance - expected).L2Norm(), 1e-11 * fit.Variances[0]);
    }

    [Fact]
    public void All_components_give_the_samples_back()
    {
        Matrix<double> samples = Planted(100, 7) + 1e6;
        PrincipalComponentsFit fit = new PrincipalComponents { Standardize = true }.Fit(samples);
        Assert.Equal(0.0, (fit.InverseTransform(fit.Transform(samples)) - samples).InfinityNorm(), 1e-7);
        Assert.Equal(fit.Variances.SubVector(0, 2), fit.Take(2).Variances);
    }

    [Fact]
    public void A_deviation_of_a_billionth_of_the_largest_is_found_though_its_square_is_rounding()
    {
        // Orthogonal columns of mean zero with deviations 1, 1e-4, 1e-9 times one number, turned by a rotation.
        Matrix<double> basis = Centered(Matrix<double>.Build.Random(400, 3, 5)).QR().Q;
        Matrix<double> rotation = Matrix<double>.Build.Random(3, 3, 6).QR().Q;
        double[] deviations = [1.0, 1e-4, 1e-9];
        Matrix<double> samples = basis * Matrix<double>.Build.DenseOfDiagonalArray(deviations)
            * rotation * Math.Sqrt(399.0);
        PrincipalComponentsFit fit = new PrincipalComponents().Fit(samples);
        Assert.All(deviations, (expected, i) => Assert.Equal(expected, Math.Sqrt(fit.Variances[i]), 1e-14));
    }

    [Fact]
    public void More_channels_than_samples_have_one_direction_fewer_than_samples()
    {
        PrincipalComponentsFit fit = new PrincipalComponents().Fit(Matrix<double>.Build.Random(20, 90, 3));
        Assert.Equal(19, fit.Variances.Count);
        Assert.Equal(1.0, fit.VarianceShares.Sum(), 1e-12);
        Assert.Throws<InvalidOperationException>(() => fit.MinkaDimension());
    }

    [Fact]
    public void A_file_has_the_components_of_the_matrix_and_a_triangle_those_of_its_samples()
    {
        Matrix<double> samples = Planted(20_000, 6);
        using (var writer = new NpyWriter(In("x.npy"), 6, 20_000, isDouble: true))
        {
            writer.Write(0, 20_000, samples.ToColumnMajorArray());
        }

        using var file = new NpySource(In("x.npy"), rowsAreSamples: false);
        Assert.Equal(
            new PrincipalComponents(6).Fit(samples).Directions, new PrincipalComponents(6).Fit(file).Directions);
        Matrix<double> triangle = TriangularFactor.Of(file, CancellationToken.None);
        Vector<double> expected = ThinSvd.SingularValues(samples);
        Assert.Equal(0.0, (ThinSvd.SingularValues(triangle) - expected).L2Norm(), 1e-13 * expected[0]);
    }

    [Fact]
    public void Both_ways_to_count_find_the_planted_directions()
    {
        PrincipalComponentsFit fit = new PrincipalComponents().Fit(Planted(500, 10));
        Assert.Equal(3, fit.MinkaDimension());
        Assert.Equal(3, fit.ParallelDimension());
        Assert.Equal(3, new PrincipalComponents(5) { Standardize = true }.Fit(Planted(500, 10)).ParallelDimension());
    }

    [Fact]
    public void Independent_channels_have_no_direction_beyond_chance()
    {
        int leading = Enumerable.Range(1, 40).Sum(seed =>
            new PrincipalComponents().Fit(Normal(80, 6, seed)).ParallelDimension(seed: seed) > 0 ? 1 : 0);

        // 5 % are expected, 2 of 40; 8 or more have a probability of 0.0007.
        Assert.InRange(leading, 0, 7);
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        Matrix<double> samples = Planted(40_000, 9);
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            PrincipalComponentsFit one = new PrincipalComponents(2).Fit(samples);
            Compute.Threads = 3;
            Assert.Equal(one.Directions, new PrincipalComponents(2).Fit(samples).Directions);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Fact]
    public void Saved_components_are_read_and_predict_a_file()
    {
        PrincipalComponentsFit fit = new PrincipalComponents(2) { Standardize = true }.Fit(Iris());
        fit.Save(In("model"));
        var read = (PrincipalComponentsFit)ModelFolder.Open(In("model"));
        Assert.Equal(fit.Directions, read.Directions);
        Assert.Equal(fit.VarianceShares, read.VarianceShares);
        Assert.Equal(fit.ParallelDimension(), read.ParallelDimension());
        File.WriteAllText(In("rows.csv"), "5.1,3.5,1.4,0.2\n");
        FilePredictions found = read.PredictFile(In("rows.csv"));
        Assert.Equal(["component 1", "component 2"], found.Columns);
        Assert.Equal(fit.Transform(Iris())[0, 1], found.Values[0][1], 1e-14);
    }

    [Fact]
    public void What_has_no_components_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new PrincipalComponents().Fit(Matrix<double>.Build.Dense(5, 3, 2.0)));
        Assert.Throws<ArgumentException>(() => new PrincipalComponents().Fit(Matrix<double>.Build.Random(1, 3, 1)));
        Assert.Throws<ArgumentException>(() => new PrincipalComponents(4).Fit(Matrix<double>.Build.Random(9, 3, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrincipalComponents(0).Fit(Iris()));
        Matrix<double> bad = Iris();
        bad[6, 2] = double.NaN;
        Assert.Contains("Sample 7 of channel 3", Assert.Throws<ArgumentException>(
            () => new PrincipalComponents().Fit(bad)).Message, StringComparison.Ordinal);
        Assert.Contains("Row 7", Assert.Throws<ArgumentException>(
            () => new PrincipalComponents(1).Fit(Iris()).Transform(bad)).Message, StringComparison.Ordinal);
    }

    private static Matrix<double> Iris() => Matrix<double>.Build.DenseOfRowArrays(
        File.ReadLines(Repository.Data("tables", "iris.csv")).Skip(1).Select(line =>
            line.Split(',')[..4].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray()));

    private static Matrix<double> Normal(int rows, int columns, int seed)
    {
        var normal = new MathNet.Numerics.Distributions.Normal(0.0, 1.0, new Random(seed));
        return Matrix<double>.Build.Dense(rows, columns, (_, _) => normal.Sample());
    }

    /// <summary>Three directions of deviation 3 to 5 in noise of deviation 0.5.</summary>
    private static Matrix<double> Planted(int rows, int columns)
    {
        Matrix<double> directions = Normal(columns, 3, 2).QR().Q;
        Matrix<double> sources = Normal(rows, 3, 3) * Matrix<double>.Build.DenseOfDiagonalArray([5.0, 4.0, 3.0]);
        return sources.TransposeAndMultiply(directions) + Normal(rows, columns, 4) * 0.5;
    }

    private static Matrix<double> Centered(Matrix<double> samples)
    {
        Vector<double> mean = samples.ColumnSums() / samples.RowCount;
        return samples.MapIndexed((_, c, x) => x - mean[c]);
    }
}
