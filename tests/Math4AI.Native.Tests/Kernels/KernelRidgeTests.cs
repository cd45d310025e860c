using Math4AI.Kernels;
using Math4AI.Kernels.Machines;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public class KernelRidgeTests
{
    private static readonly Matrix<double> X = Matrix<double>.Build.Random(600, 3, 1);
    private static readonly Vector<double> Y = X.Column(0).Map(Math.Sin) + 0.1 * Vector<double>.Build.Random(600, 2);

    [Theory]
    [InlineData(0.1)]
    [InlineData(1e-4)]
    [InlineData(1e-9)]
    public void A_factor_in_float32_ends_at_the_weights_of_float64_or_gives_way_to_one(double penalty)
    {
        Kernel kernel = Kernel.Rbf(1.5);
        KernelRidgeFit fit = new KernelRidge { Kernel = kernel, Penalty = penalty }.Fit(X, Y);
        Matrix<double> system = kernel.Gram(X) + penalty * Matrix<double>.Build.DenseIdentity(600);
        Vector<double> alpha = fit.Weights.Column(0);

        // The residual in units of n ε, as LAPACK judges a solution.
        double residual = (system * alpha - Y).L2Norm() / (system.InfinityNorm() * alpha.L2Norm() + Y.L2Norm());
        Assert.True(residual < 30 * 600 * 2.2e-16, $"{residual}");
        Assert.True(fit.IsConverged);
        Assert.True(fit.Residual <= 1e-12);
    }

    [Fact]
    public void Conjugate_gradients_predict_what_a_factor_does()
    {
        Matrix<double> targets = Matrix<double>.Build.DenseOfColumnVectors(Y, X.Column(1));
        var ridge = new KernelRidge
        {
            Kernel = 2.0 * Kernel.Matern52(1.5),
            Penalty = 0.05,
            LandmarkCount = 60,
            Tolerance = 1e-10,
        };
        KernelRidgeFit exact = ridge.Fit(X, targets), found = (ridge with
        {
            Solver = KernelRidgeSolver.ConjugateGradients,
        }).Fit(X, targets);
        Matrix<double> at = Matrix<double>.Build.Random(50, 3, 9);
        Assert.True(found.IsConverged);
        Assert.InRange(found.Iterations, 2, 60);
        Assert.Equal(0.0, (exact.Predict(at) - found.Predict(at)).InfinityNorm(), 1e-8);
    }

    [Fact]
    public void A_matrix_that_nothing_can_hold_is_refused_with_its_size_and_the_way_out()
    {
        Matrix<double> many = Matrix<double>.Build.Dense(50_000, 1, (i, _) => i);
        var ridge = new KernelRidge { Kernel = Kernel.Rbf(1.0), Solver = KernelRidgeSolver.Factor };
        ArgumentException e = Assert.Throws<ArgumentException>(() => ridge.Fit(many, many));
        Assert.Contains("10 GB", e.Message, StringComparison.Ordinal);
        Assert.Contains("conjugate gradients", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nystroms_approximation_with_all_samples_needs_one_step()
    {
        KernelRidgeFit fit = new KernelRidge
        {
            Kernel = Kernel.Matern32(1.0),
            Penalty = 0.1,
            LandmarkCount = 600,
            Tolerance = 1e-8,
            Solver = KernelRidgeSolver.ConjugateGradients,
        }.Fit(X, Y);
        Assert.InRange(fit.Iterations, 1, 3);
    }

    [Fact]
    public void Steps_that_do_not_suffice_are_said()
    {
        KernelRidgeFit fit = new KernelRidge
        {
            Kernel = Kernel.Rbf(0.2),
            Penalty = 1e-3,
            LandmarkCount = 5,
            MaxIterations = 3,
            Solver = KernelRidgeSolver.ConjugateGradients,
        }.Fit(X, Y);
        Assert.False(fit.IsConverged);
        Assert.True(fit.Residual > 1e-6);
    }

    [Fact]
    public void The_inverse_of_a_factor_is_that_of_its_matrix()
    {
        Matrix<double> matrix = Kernel.Matern12(1.0).Gram(X) + Matrix<double>.Build.DenseIdentity(600);
        PositiveDefiniteFactor factor = PositiveDefiniteFactor.TryFactor(matrix.ToColumnMajorArray(), 600)!;
        double[] inverse = new double[600 * 600];
        factor.Invert(inverse);
        Matrix<double> product = matrix * Matrix<double>.Build.Dense(600, 600, inverse);
        double residual = (product - Matrix<double>.Build.DenseIdentity(600)).InfinityNorm();
        Assert.True(residual < 30 * 600 * 2.2e-16 * matrix.InfinityNorm(), $"{residual}");
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1e6)]
    public void Decisions_are_the_sum_over_support_vectors_whatever_the_penalty(double penalty)
    {
        int[] classes = [.. Y.Select(y => y > 0.3 ? 1 : 0)];
        Kernel kernel = Kernel.Rbf(1.0);
        SupportVectorClassifierFit fit = new SupportVectorClassifier
        {
            Kernel = kernel,
            Penalty = penalty,
            Standardize = false,
            MaxIterations = 20_000,
        }
            .Fit(X, classes);
        SupportVectorFit machine = fit.Machines[0];
        Matrix<double> vectors = Matrix<double>.Build.DenseOfRowVectors(machine.SupportVectors.Select(X.Row));
        Vector<double> expected =
            kernel.Gram(X, vectors) * Vector<double>.Build.DenseOfEnumerable(machine.Weights) + machine.Offset;
        Assert.Equal(0.0, (expected - fit.Decide(X).Column(0)).InfinityNorm(), 1e-4);
    }
}
