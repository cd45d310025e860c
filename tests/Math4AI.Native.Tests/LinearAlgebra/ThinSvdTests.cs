using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using Complex = System.Numerics.Complex;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>
/// The thin singular value decomposition of tall, wide, square and rank-deficient matrices, for all element types.
/// </summary>
public abstract class ThinSvdTests<T>
    where T : struct, IEquatable<T>, IFormattable
{
    private static Matrix<T> Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return Matrix<T>.Build.Dense(
            rows, columns, (_, _) => Element<T>.Of(new Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5)));
    }

    private static void Near(Matrix<T> expected, Matrix<T> found, double scale) =>
        Assert.InRange(
            (expected - found).FrobeniusNorm(), 0.0,
            30.0 * Math.Max(expected.RowCount, expected.ColumnCount) * Element<T>.Epsilon * scale);

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 3, 2)]
    [InlineData(2000, 4, 4)]
    [InlineData(4, 700, 4)]
    [InlineData(60, 9, 3)]
    [InlineData(9, 60, 3)]
    public void Factors_rank_inverse_and_null_space_satisfy_their_equations(int rows, int columns, int rank)
    {
        Matrix<T> a = Random(rows, rank, 1) * Random(rank, columns, 2);
        double norm = a.FrobeniusNorm();
        int count = Math.Min(rows, columns);
        ThinSvd<T> svd = ThinSvd.Of(a);
        Assert.Equal((rows, count), (svd.U.RowCount, svd.U.ColumnCount));
        Assert.Equal((count, columns), (svd.VT.RowCount, svd.VT.ColumnCount));
        Near(a, svd.U * Matrix<T>.Build.Diagonal(count, count, i => Element<T>.Of(svd.S[i])) * svd.VT, norm);
        Near(Matrix<T>.Build.DenseIdentity(count), svd.U.ConjugateTransposeThisAndMultiply(svd.U), 1.0);
        Near(Matrix<T>.Build.DenseIdentity(count), svd.VT.ConjugateTransposeAndMultiply(svd.VT), 1.0);
        Assert.Equal(rank, svd.Rank);
        Assert.Equal(rank, ThinSvd.Rank(a));
        Assert.InRange((svd.S - ThinSvd.SingularValues(a)).L2Norm(), 0.0, 30.0 * count * Element<T>.Epsilon * norm);

        // Moore and Penrose's conditions.
        Matrix<T> inverse = svd.PseudoInverse();
        double size = inverse.FrobeniusNorm();
        Near(a, a * (inverse * a), norm * norm * size);
        Near(inverse, inverse * a * inverse, norm * size * size);
        Near((inverse * a).ConjugateTranspose(), inverse * a, norm * size);
        Assert.Equal(inverse, ThinSvd.PseudoInverse(a));

        Matrix<T> none = svd.NullSpace();
        Assert.Equal((columns, columns - rank), (none.RowCount, none.ColumnCount));
        Near(Matrix<T>.Build.DenseIdentity(columns - rank), none.ConjugateTransposeThisAndMultiply(none), 1.0);
        Assert.InRange((a * none).FrobeniusNorm(), 0.0, 30.0 * Math.Max(rows, columns) * Element<T>.Epsilon * norm);
        Assert.Equal(rank, svd.Range().ColumnCount);
        Near(a, svd.Range() * svd.Range().ConjugateTransposeThisAndMultiply(a), norm);
    }

    [Fact]
    public void A_zero_matrix_has_rank_0_and_a_zero_pseudo_inverse()
    {
        Matrix<T> zero = Matrix<T>.Build.Dense(5, 3);
        Assert.Equal(0, ThinSvd.Rank(zero));
        Assert.Equal(double.PositiveInfinity, ThinSvd.ConditionNumber(zero));
        Assert.Equal(Matrix<T>.Build.Dense(3, 5), ThinSvd.PseudoInverse(zero));
        Assert.Equal(Matrix<T>.Build.DenseIdentity(3), ThinSvd.NullSpace(zero));
        Assert.Equal(0, ThinSvd.Of(zero).Range().ColumnCount);
        Assert.Equal(0, ThinSvd.Rank(Matrix<T>.Build.Dense(0, 3)));
    }

    [Fact]
    public void A_hundred_thousand_rows_take_memory_in_proportion()
    {
        Matrix<T> a = Random(100_000, 3, 5);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(3, ThinSvd.Rank(a));
        Assert.InRange(ThinSvd.ConditionNumber(a), 1.0, 1.1);
        Matrix<T> inverse = ThinSvd.PseudoInverse(a);
        long array = 3L * 100_000 * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 * array);
        Near(Matrix<T>.Build.DenseIdentity(3), inverse * a, 100.0);
    }

    [Fact]
    public void Not_a_number_and_infinity_end_in_an_exception()
    {
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity })
        {
            Matrix<T> a = Random(20, 3, 6);
            a[7, 1] = Element<T>.Of(bad);
            Assert.Throws<NonConvergenceException>(() => ThinSvd.Of(a));
            Assert.Throws<NonConvergenceException>(() => ThinSvd.Rank(a));
        }
    }
}

public class DoubleThinSvdTests : ThinSvdTests<double>
{
    [Theory]
    [InlineData(30, 4)]
    [InlineData(4, 30)]
    public void Providers_without_a_thin_decomposition_give_the_same_values(int rows, int columns)
    {
        Matrix<double> a = Matrix<double>.Build.Random(rows, columns, 7);
        double[] s = new double[4], u = new double[rows * 4], vt = new double[4 * columns];
        ThinSvd.DecomposeByQr(a, s, u, vt);
        Assert.Equal(0.0, (ThinSvd.SingularValues(a) - Vector<double>.Build.Dense(s)).L2Norm(), 1e-13);
        Matrix<double> product = Matrix<double>.Build.Dense(rows, 4, u) * Matrix<double>.Build.Diagonal(s)
            * Matrix<double>.Build.Dense(4, columns, vt);
        Assert.Equal(0.0, (product - a).FrobeniusNorm(), 1e-13);
    }
}

public class SingleThinSvdTests : ThinSvdTests<float>;

public class ComplexThinSvdTests : ThinSvdTests<Complex>;

public class Complex32ThinSvdTests : ThinSvdTests<Complex32>;
