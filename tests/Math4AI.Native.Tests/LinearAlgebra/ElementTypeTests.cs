using Math4AI.LinearAlgebra;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.LinearAlgebra.Functions;
using Math4AI.LinearAlgebra.Solves;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using Complex = System.Numerics.Complex;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>The functions of matrices that Math.NET does not have, for all four element types.</summary>
public abstract class ElementTypeTests<T>
    where T : struct, IEquatable<T>, IFormattable
{
    private static double Epsilon => Element<T>.Epsilon;

    private static Matrix<T> Random(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return Matrix<T>.Build.Dense(
            rows, columns, (_, _) => Element<T>.Of(new Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5)));
    }

    private static Matrix<T> Identity(int order) => Matrix<T>.Build.DenseIdentity(order);

    private static void Near(Matrix<T> expected, Matrix<T> found, double units) =>
        Assert.InRange((expected - found).FrobeniusNorm(), 0.0,
            units * expected.RowCount * Epsilon * Math.Max(1.0, expected.FrobeniusNorm()));

    [Fact]
    public void Elements_go_to_numbers_and_back()
    {
        foreach (Complex number in new Complex[] { 0.0, 1.0, -2.5, new(0.25, -0.75) })
        {
            Complex expected = Element<T>.IsComplex ? number : number.Real;
            Assert.Equal(expected, Element<T>.ToComplex(Element<T>.Of(number)));
            Assert.Equal(expected * 0.5, Element<T>.ToComplex(Element<T>.Scaled(Element<T>.Of(number), 0.5)));
            Assert.Equal(Complex.Abs(expected), Element<T>.Magnitude(Element<T>.Of(number)), 1e-7);
        }
    }

    [Theory]
    [InlineData(30, 7)]
    [InlineData(7, 7)]
    [InlineData(5, 12)]
    public void Least_squares_meet_the_normal_equations_and_are_the_shortest(int rows, int columns)
    {
        Matrix<T> a = Random(rows, columns, 1), b = Random(rows, 2, 2);
        LeastSquaresSolution<T> solution = LeastSquares.Solve(a, b);
        Assert.Equal(Math.Min(rows, columns), solution.Rank);
        Matrix<T> residual = a * solution.Solution - b;
        double scale = a.FrobeniusNorm() * (a.FrobeniusNorm() * solution.Solution.FrobeniusNorm() + b.FrobeniusNorm());
        Assert.InRange((a.ConjugateTranspose() * residual).FrobeniusNorm(), 0.0, 30 * rows * Epsilon * scale);
        Assert.Equal(Math.Pow(residual.Column(1).L2Norm(), 2), solution.ResidualSumOfSquares[1], 100 * Epsilon);

        // The shortest solution lies in the row space: projecting on it changes nothing.
        if (rows < columns)
        {
            Matrix<T> rowSpace = a.ConjugateTranspose().QR(QRMethod.Thin).Q;
            Near(solution.Solution, rowSpace * (rowSpace.ConjugateTranspose() * solution.Solution), 30);
        }
    }

    [Fact]
    public void A_deficient_rank_is_found_at_the_precision_of_the_elements()
    {
        Matrix<T> a = Random(25, 3, 3) * Random(3, 6, 4), b = Random(25, 1, 5);
        LeastSquaresSolution<T> solution = LeastSquares.Solve(a, b.Column(0));
        Assert.Equal(3, solution.Rank);
        Matrix<T> rowSpace = a.ConjugateTranspose().Svd().U.SubMatrix(0, 6, 0, 3);
        Near(solution.Solution, rowSpace * (rowSpace.ConjugateTranspose() * solution.Solution), 300);
    }

    [Fact]
    public void Exponential_and_logarithm_undo_each_other()
    {
        Matrix<T> a = Random(9, 9, 6);
        Near(Identity(9), MatrixExponential.Of(a) * MatrixExponential.Of(-a), 300);
        Near(a, MatrixLogarithm.Of(MatrixExponential.Of(a)), 1000);
        Matrix<T> small = Element<T>.Of(1e-3) * a;
        Matrix<T> series = Identity(9) + small + Element<T>.Of(0.5) * (small * small)
            + Element<T>.Of(1.0 / 6.0) * (small * small * small);
        Assert.InRange((MatrixExponential.Of(small) - series).FrobeniusNorm(), 0.0, Math.Max(1e-11, 30 * Epsilon));
    }

    [Fact]
    public void A_polar_decomposition_has_orthonormal_columns_and_a_positive_factor()
    {
        Matrix<T> a = Random(8, 5, 7);
        PolarDecomposition<T> polar = PolarDecomposition.Of(a);
        Near(a, polar.U * polar.P, 30);
        Near(Identity(5), polar.U.ConjugateTranspose() * polar.U, 30);
        Assert.Equal(polar.P, polar.P.ConjugateTranspose());
        Assert.All(polar.P.Evd(Symmetricity.Hermitian).EigenValues, value => Assert.True(value.Real > 0.0));
    }

    [Fact]
    public void The_nearest_positive_definite_matrix_can_be_factorised_and_a_definite_one_is_its_own()
    {
        Matrix<T> a = Random(7, 7, 8);
        Matrix<T> nearest = NearestPositiveDefinite.Of(a);
        Assert.Equal(nearest, nearest.ConjugateTranspose());
        _ = nearest.Cholesky();
        Matrix<T> definite = a * a.ConjugateTranspose() + Identity(7);
        Near(definite, NearestPositiveDefinite.Of(definite), 1);
    }

    [Fact]
    public void A_Cholesky_factor_takes_a_vector_up_and_gives_it_back()
    {
        Matrix<T> a = Random(8, 8, 9);
        a = a * a.ConjugateTranspose() + Identity(8);
        Vector<T> v = Random(8, 1, 10).Column(0);
        Matrix<T> factor = a.Cholesky().Factor, updated = CholeskyUpdate.Add(factor, v);
        Near(a + v.ToColumnMatrix() * v.ToColumnMatrix().ConjugateTranspose(),
            updated * updated.ConjugateTranspose(), 30);
        Near(factor, CholeskyUpdate.Remove(updated, v), 100);
        Assert.Throws<ArgumentException>(() => CholeskyUpdate.Remove(factor, Element<T>.Of(100.0) * v));
    }

    [Fact]
    public void The_condition_is_estimated_from_below_and_seldom_under_a_third()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Matrix<T> a = Random(12, 12, 11 + seed);
            double exact = a.L1Norm() * a.Inverse().L1Norm();
            Assert.InRange(ConditionEstimate.Of(a) / exact, 1.0 / 3.0, 1.0 + 1000 * Epsilon);
        }

        Assert.True(double.IsPositiveInfinity(ConditionEstimate.Of(Matrix<T>.Build.Dense(3, 3))));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(420)]
    public void Leading_eigenvalues_are_those_of_the_whole_decomposition(int order)
    {
        Matrix<T> a = Random(order, order, 40);
        a = Element<T>.Of(0.5) * (a + a.ConjugateTranspose());
        LeadingEigen<T> leading = SymmetricEigen.Largest(a, 3);
        double[] all = [.. a.Evd(Symmetricity.Hermitian).EigenValues.Select(value => value.Real).OrderDescending()];
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(all[i], leading.Values[i], 30 * order * Epsilon * all[0]));
        Near(Identity(3), leading.Vectors.ConjugateTranspose() * leading.Vectors, 30 * order);
        Assert.InRange((a * leading.Vectors - leading.Vectors.MultiplyColumns(leading.Values)).FrobeniusNorm(), 0.0,
            30 * order * Epsilon * all[0]);
    }
}

public sealed class DoubleElementTests : ElementTypeTests<double>;

public sealed class SingleElementTests : ElementTypeTests<float>;

public sealed class ComplexElementTests : ElementTypeTests<Complex>;

public sealed class Complex32ElementTests : ElementTypeTests<Complex32>;
