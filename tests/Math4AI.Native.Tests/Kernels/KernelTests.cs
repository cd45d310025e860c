using Math4AI.Kernels;
using Math4AI.Tests.Runtime;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;

namespace Math4AI.Tests.Kernels;

[Collection(nameof(ProcessSettings))]
public class KernelTests
{
    private static readonly Matrix<double> Samples = Matrix<double>.Build.Random(37, 3, 5);

    public static TheoryData<string> Names => [.. All.Keys];

    private static Dictionary<string, Kernel> All => new()
    {
        ["rbf"] = Kernel.Rbf(0.7),
        ["rbf of each input"] = Kernel.Rbf(0.7, 1.3, 2.1),
        ["matern 1/2"] = Kernel.Matern12(0.7, 1.3, 2.1),
        ["matern 3/2"] = Kernel.Matern32(0.9),
        ["matern 5/2"] = Kernel.Matern52(0.7, 1.3, 2.1),
        ["rational quadratic"] = Kernel.RationalQuadratic(0.8, 0.7, 1.3, 2.1),
        ["periodic"] = Kernel.Periodic(1.7, 0.9),
        ["linear"] = Kernel.Linear(0.4),
        ["polynomial"] = Kernel.Polynomial(3, 0.4),
        ["constant"] = Kernel.Constant(1.8),
        ["white"] = Kernel.White(0.3),
        ["sum"] = 2.0 * Kernel.Rbf(0.5) + Kernel.White(0.1),
        ["sum with another on the right"] = Kernel.White(0.1) + Kernel.Matern32(0.4),
        ["product"] = (Kernel.Linear(0.4) + Kernel.Constant(0.2)) * Kernel.Periodic(2.0),
        ["columns"] = Kernel.Rbf(0.5, 0.9).On(2, 0) * Kernel.Matern52(1.0).On(1),
        ["tensors"] = Kernel.Of(["log length"], [0.3],
            (x, z, theta) => torch.exp(-torch.cdist(x, z).square() / (2 * torch.exp(2 * theta[0])))),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gram_matrix_is_symmetric_and_positive_semidefinite(string name)
    {
        Matrix<double> gram = All[name].Gram(Samples);
        Assert.Equal(0.0, (gram - gram.Transpose()).L2Norm());
        double[] eigenvalues = [.. gram.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real)];
        Assert.True(eigenvalues.Min() > -30 * gram.RowCount * 2.2e-16 * eigenvalues.Max(), $"{eigenvalues.Min()} of "
            + $"{eigenvalues.Max()}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_diagonal_is_that_of_the_matrix(string name) =>
        Assert.Equal(0.0, (All[name].Diagonal(Samples) - All[name].Gram(Samples).Diagonal()).InfinityNorm(), 1e-14);

    /// <summary>Sizes around those of the tiles, and of the centers that share a pass.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Values_in_float32_are_those_in_float64_but_for_rounding(string name)
    {
        Matrix<double> z = Matrix<double>.Build.Random(7, 3, 6);
        foreach ((int samples, int some) in new[] { (1, 1), (32, 3), (33, 4), (70, 5) })
        {
            Matrix<double> x = Matrix<double>.Build.Random(samples, 3, 7);
            float[] values = new float[samples * some];
            int[] which = [.. Enumerable.Range(0, some).Select(i => 6 - i)];
            All[name].Columns(new KernelSamples(x, "x"), new KernelSamples(z, "z")).Fill(which, values);
            Matrix<double> exact = All[name].Gram(x, z);
            for (int i = 0; i < values.Length; i++)
            {
                double expected = exact[i % samples, which[i / samples]];
                Assert.Equal(expected, values[i], 4e-6 * Math.Max(1.0, Math.Abs(expected)));
            }
        }
    }

    [Fact]
    public void Values_below_the_range_of_numbers_have_slope_zero()
    {
        // (1 + 10⁶/(2 · 10⁴))^(−10⁴) is 0 in float64, and its logarithm infinite.
        Kernel kernel = Kernel.RationalQuadratic(1e4, 1e-3);
        Matrix<double> x = Matrix<double>.Build.Dense(5, 1, (i, _) => i);
        Assert.Equal(0.0, kernel.Gram(x)[0, 1]);
        Assert.Equal([0.0, 0.0], kernel.Gradient(x, Matrix<double>.Build.Dense(5, 5, 1.0)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_between_two_sets_are_those_within_their_union_but_for_noise(string name)
    {
        Matrix<double> x = Samples.SubMatrix(0, 20, 0, 3), z = Samples.SubMatrix(20, 17, 0, 3);
        Matrix<double> apart = All[name].Gram(x, z);
        Assert.Equal(0.0, (apart - All[name].Gram(Samples).SubMatrix(0, 20, 20, 17)).InfinityNorm(), 1e-13);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_is_that_of_differences(string name)
    {
        Kernel kernel = All[name];
        Matrix<double> weights = Matrix<double>.Build.Random(37, 37, 8);
        weights = weights + weights.Transpose();
        double[] theta = [.. kernel.Parameters];
        Vector<double> gradient = kernel.Gradient(Samples, weights);
        for (int i = 0; i < theta.Length; i++)
        {
            const double Step = 1e-5;
            double Moved(double step)
            {
                double[] there = [.. theta];
                there[i] += step;
                return weights.PointwiseMultiply(kernel.With(there).Gram(Samples)).Enumerate().Sum();
            }

            double difference = (Moved(Step) - Moved(-Step)) / (2.0 * Step);
            Assert.Equal(difference, gradient[i], 1e-7 * Math.Max(1.0, Math.Abs(difference)) + 1e-7 * weights.L2Norm());
        }
    }

    [Fact]
    public void Formulas_are_those_of_the_textbook()
    {
        Matrix<double> x = Matrix<double>.Build.DenseOfRowArrays([1.0], [3.5]);
        const double R = 2.5;
        Assert.Equal(Math.Exp(-R * R / 2 / 4), Kernel.Rbf(2.0).Gram(x)[0, 1], 1e-15);
        Assert.Equal(Math.Exp(-R / 2), Kernel.Matern12(2.0).Gram(x)[0, 1], 1e-15);
        double s = Math.Sqrt(3) * R / 2;
        Assert.Equal((1 + s) * Math.Exp(-s), Kernel.Matern32(2.0).Gram(x)[0, 1], 1e-15);
        s = Math.Sqrt(5) * R / 2;
        Assert.Equal((1 + s + s * s / 3) * Math.Exp(-s), Kernel.Matern52(2.0).Gram(x)[0, 1], 1e-15);
        Assert.Equal(
            Math.Pow(1 + R * R / 4 / (2 * 0.7), -0.7), Kernel.RationalQuadratic(0.7, 2.0).Gram(x)[0, 1], 1e-15);
        Assert.Equal(Math.Exp(-2 * Math.Pow(Math.Sin(Math.PI * R / 3), 2) / 0.81),
            Kernel.Periodic(3.0, 0.9).Gram(x)[0, 1], 1e-15);
        Assert.Equal(Math.Pow(3.5 + 0.5, 3), Kernel.Polynomial(3, 0.5).Gram(x)[0, 1], 1e-12);
    }

    [Fact]
    public void A_rational_quadratic_of_large_alpha_is_the_radial_basis_function() =>
        Assert.Equal(0.0, (Kernel.RationalQuadratic(1e9, 0.7).Gram(Samples) - Kernel.Rbf(0.7).Gram(Samples))
            .InfinityNorm(), 1e-6);

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        Kernel kernel = 2.0 * Kernel.Matern52(0.7, 1.3, 2.1) + Kernel.White(0.1);
        Matrix<double> weights = Samples * Samples.Transpose();
        int before = Math4AI.Runtime.Compute.Threads;
        try
        {
            Math4AI.Runtime.Compute.Threads = 1;
            Vector<double> one = kernel.Gradient(Samples, weights);
            Math4AI.Runtime.Compute.Threads = 3;
            Assert.Equal(one, kernel.Gradient(Samples, weights));
        }
        finally
        {
            Math4AI.Runtime.Compute.Threads = before;
        }
    }

    [Fact]
    public void Odd_input_is_refused_before_any_work()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Kernel.Rbf(0.0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Kernel.White(double.NaN));
        Assert.Throws<ArgumentException>(() => Kernel.Rbf(1.0, 2.0).Gram(Samples));
        Assert.Throws<ArgumentException>(() => Kernel.Rbf(1.0).With(1.0, 2.0));
        Assert.Throws<ArgumentException>(() => Kernel.Rbf(1.0).On(3).Gram(Samples));
        Matrix<double> bad = Samples.Clone();
        bad[4, 1] = double.NaN;
        Assert.Contains("Row 5, column 2", Assert.Throws<ArgumentException>(() => Kernel.Rbf(1.0).Gram(bad)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_behind_a_kernel_have_their_names_where_these_are_known()
    {
        Kernel kernel = 2.0 * Kernel.Rbf(0.5).On(1) + Kernel.Matern52(1.0, 3.0).On(2, 0) + Kernel.White(0.1);
        string text = kernel.ToString(["age", "height", "x [m]"]);
        Assert.Contains("rbf(0.5)[height]", text, StringComparison.Ordinal);
        Assert.Contains("[x [m], age]", text, StringComparison.Ordinal);

        // The first numbers count the columns that the second ones choose, and those that are not there stay.
        Assert.Equal("rbf(0.5)[0][b]", Kernel.Rbf(0.5).On(0).On(1).ToString(["a", "b"]));
        Assert.Equal("rbf(0.5)[7]", Kernel.Rbf(0.5).On(7).ToString(["a", "b"]));
    }

    [Fact]
    public void Of_very_many_length_scales_the_text_shows_some_and_the_formula_all()
    {
        Kernel kernel = Kernel.Rbf([.. Enumerable.Range(1, 50).Select(i => (double)i)]);
        Assert.Equal("rbf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, and 40 more)", $"{kernel}");
        Assert.Equal(50, Kernel.Parse(kernel.Formula).Parameters.Count);
    }

    [Fact]
    public void A_matrix_beyond_every_array_is_refused_with_its_size()
    {
        ArgumentException e =
            Assert.Throws<ArgumentException>(() => Kernel.Rbf(1.0).Gram(Matrix<double>.Build.Dense(50_000, 1)));
        Assert.Contains("20 GB", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernel_ridge_regression_with_a_linear_kernel_is_ridge_regression()
    {
        Vector<double> y =
            Samples * Vector<double>.Build.DenseOfArray([1.0, -2.0, 0.5]) + 0.1 * Vector<double>.Build.Random(37, 6);
        Matrix<double> withOne = Samples.InsertColumn(3, Vector<double>.Build.Dense(37, 1.0));
        Vector<double> weights =
            (withOne.TransposeThisAndMultiply(withOne) + 0.3 * Matrix<double>.Build.DenseIdentity(4))
            .Solve(withOne.TransposeThisAndMultiply(y));
        Matrix<double> predicted = new KernelRidge
        {
            Kernel = Kernel.Linear(1.0),
            Penalty = 0.3,
        }.Fit(Samples, y).Predict(Samples);
        Assert.Equal(0.0, (withOne * weights - predicted.Column(0)).InfinityNorm(), 1e-11);
    }
}
