using Math4AI.LinearAlgebra.Provider;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>
/// The native provider does what Math.NET's managed one does: the same results, and the same exceptions.
/// </summary>
public class ProviderContractTests
{
    private static readonly ILinearAlgebraProvider<double> Native = new MklLinearAlgebraProvider();
    private static readonly ILinearAlgebraProvider<double> Managed = ManagedLinearAlgebraProvider.Instance;

    private static double[] Random(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
    }

    private static void Same(
        Action<ILinearAlgebraProvider<double>, double[]> operation, double[] start, double tolerance = 1e-12)
    {
        double[] native = [.. start], managed = [.. start];
        operation(Native, native);
        operation(Managed, managed);
        for (int i = 0; i < start.Length; i++)
        {
            if (double.IsFinite(managed[i]))
            {
                Assert.Equal(managed[i], native[i], tolerance);
            }
            else
            {
                Assert.False(double.IsFinite(native[i]));
            }
        }
    }

    public static TheoryData<string> Operations =>
        ["add", "subtract", "multiply", "divide", "power", "scale", "axpy", "conjugate"];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Vector_operations_give_the_same_numbers(string name)
    {
        double[] x = [.. Random(103, 1).Select(Math.Abs)], y = Random(103, 2);
        Same(
            (provider, result) =>
            {
                switch (name)
                {
                    case "add": provider.AddArrays(x, y, result); break;
                    case "subtract": provider.SubtractArrays(x, y, result); break;
                    case "multiply": provider.PointWiseMultiplyArrays(x, y, result); break;
                    case "divide": provider.PointWiseDivideArrays(x, y, result); break;
                    case "power": provider.PointWisePowerArrays(x, y, result); break;
                    case "scale": provider.ScaleArray(2.5, x, result); break;
                    case "axpy": provider.AddVectorToScaledVector(y, -1.5, x, result); break;
                    default: provider.ConjugateArray(x, result); break;
                }
            },
            new double[103]);
        Assert.Equal(Managed.DotProduct(x, y), Native.DotProduct(x, y), 1e-13);
    }

    [Theory]
    [InlineData(Norm.OneNorm)]
    [InlineData(Norm.InfinityNorm)]
    [InlineData(Norm.FrobeniusNorm)]
    [InlineData(Norm.LargestAbsoluteValue)]
    public void Norms_are_the_same(Norm norm)
    {
        double[] a = Random(6 * 9, 3);
        Assert.Equal(Managed.MatrixNorm(norm, 6, 9, a), Native.MatrixNorm(norm, 6, 9, a), 1e-13);
        System.Numerics.Complex[] complex =
            [.. a.Select((x, i) => new System.Numerics.Complex(x, a[(i + 1) % a.Length]))];
        Assert.Equal(
            ((ILinearAlgebraProvider<System.Numerics.Complex>)Managed).MatrixNorm(norm, 6, 9, complex),
            ((ILinearAlgebraProvider<System.Numerics.Complex>)Native).MatrixNorm(norm, 6, 9, complex),
            1e-13);
    }

    [Fact]
    public void Norms_neither_overflow_nor_vanish_and_a_tall_matrix_needs_no_square_of_its_rows()
    {
        Assert.Equal(5e200, Native.MatrixNorm(Norm.FrobeniusNorm, 2, 1, [3e200, -4e200]), 1e186);
        Assert.Equal(5e-200, Native.MatrixNorm(Norm.FrobeniusNorm, 1, 2, [3e-200, 4e-200]), 1e-214);
        Assert.Equal(0.0, Native.MatrixNorm(Norm.FrobeniusNorm, 1, 2, [0.0, 0.0]));
        Assert.Equal(Math.Sqrt(200_000.0), Matrix<double>.Build.Dense(100_000, 2, 1.0).FrobeniusNorm(), 1e-9);
    }

    [Fact]
    public void LU_gives_the_same_factors_and_pivots()
    {
        double[] a = Random(64, 4);
        int[] native = new int[8], managed = new int[8];
        Same((provider, data) => provider.LUFactor(data, 8, provider == Native ? native : managed), a);
        Assert.Equal(managed, native);
        Same((provider, b) => provider.LUSolve(2, a, 8, b), Random(16, 5), 1e-10);
        Same((provider, data) => provider.LUInverse(data, 8), a, 1e-10);
    }

    [Fact]
    public void A_singular_system_ends_without_a_finite_answer_in_both()
    {
        double[] singular = [1, 2, 2, 4];
        foreach (ILinearAlgebraProvider<double> provider in new[] { Native, Managed })
        {
            double[] b = [1, 1];
            provider.LUSolve(1, singular, 2, b);
            Assert.Contains(b, x => !double.IsFinite(x));
        }
    }

    [Fact]
    public void Cholesky_of_a_matrix_that_is_not_positive_definite_throws_the_same_exception()
    {
        foreach (ILinearAlgebraProvider<double> provider in new[] { Native, Managed })
        {
            Assert.Throws<ArgumentException>(() => provider.CholeskyFactor([1, 2, 2, 1], 2));
            Assert.Throws<ArgumentException>(() => provider.CholeskySolve([1, 2, 2, 1], 2, [1, 1], 1));
        }
    }

    [Fact]
    public void Wrong_sizes_throw_the_same_exceptions()
    {
        Action<ILinearAlgebraProvider<double>>[] wrong =
        [
            p => p.LUFactor(new double[5], 2, new int[2]),
            p => p.LUFactor(new double[4], 2, new int[1]),
            p => p.LUSolve(1, new double[4], 2, new double[3]),
            p => p.LUInverse(new double[3], 2),
            p => p.CholeskyFactor(new double[3], 2),
            p => p.QRFactor(new double[5], 2, 2, new double[4], new double[2]),
            p => p.QRSolve(new double[4], 2, 2, new double[3], 1, new double[2], QRMethod.Full),
            p => p.SingularValueDecomposition(true, new double[4], 2, 2, new double[1], new double[4], new double[4]),
            p => p.SvdSolve(new double[4], 2, 2, new double[3], 1, new double[2]),
            p => p.MatrixMultiply(new double[4], 2, 2, new double[6], 3, 2, new double[4]),
            p => p.MatrixMultiply(new double[4], 2, 2, new double[4], 2, 2, new double[3]),
            p => p.AddArrays(new double[2], new double[3], new double[2]),
            p => p.DotProduct(new double[2], new double[3]),
            p => p.LUFactor(null!, 2, new int[2]),
            p => p.AddVectorToScaledVector(new double[2], 1.0, null!, new double[2]),
            p => p.QRSolveFactored(
                new double[4], new double[6], 2, 3, new double[2], new double[2], 1, new double[3], QRMethod.Full),
        ];
        for (int i = 0; i < wrong.Length; i++)
        {
            Exception? managed = Record.Exception(() => wrong[i](Managed));
            Exception? native = Record.Exception(() => wrong[i](Native));
            Assert.True(
                managed?.GetType() == native?.GetType(), $"case {i}: {managed?.GetType()} and {native?.GetType()}");
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5000)]
    public void A_sum_may_be_written_over_either_term(int length)
    {
        foreach (ILinearAlgebraProvider provider in new[] { Managed, Native })
        {
            double[] y = [.. Enumerable.Range(0, length).Select(i => 1.0 + i)],
                x = [.. y.Select(value => 10.0 * value)];
            provider.AddVectorToScaledVector(y, 2.0, x, x);
            Assert.Equal(y.Select(value => 21.0 * value), x);
            provider.AddVectorToScaledVector(y, 2.0, y, y);
            Assert.Equal(3.0 * length, y[^1]);
        }
    }

    [Fact]
    public void Complex_pairs_of_real_matrices_lie_in_D_as_the_managed_provider_lays_them()
    {
        // A rotation by 90 degrees, and a real eigenvalue beside it.
        Matrix<double> a = Matrix<double>.Build.DenseOfArray(new double[,] { { 0, -1, 0 }, { 1, 0, 0 }, { 0, 0, 2 } });
        Evd<double> evd = a.Evd(Symmetricity.Asymmetric);
        Assert.Equal(0.0, (a * evd.EigenVectors - evd.EigenVectors * evd.D).FrobeniusNorm(), 1e-14);
        Assert.Equal([-1.0, 0.0, 1.0], evd.EigenValues.Select(value => value.Imaginary).Order());
    }

    [Fact]
    public void A_matrix_with_NaN_does_not_hang_and_gives_no_number()
    {
        Matrix<double> a = Matrix<double>.Build.Dense(5, 5, (i, j) => i == 2 && j == 3 ? double.NaN : i + j);
        Assert.Throws<NonConvergenceException>(() => a.Svd());
        Assert.True(double.IsNaN((a * a)[2, 0]));
    }
}
