using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.LinearAlgebra.Functions;
using Math4AI.LinearAlgebra.Solves;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>
/// Functions of matrices that Math.NET does not have, against known answers and the equations that define them.
/// </summary>
public class MatrixFunctionTests
{
    private static Matrix<double> Identity(int order) => Matrix<double>.Build.DenseIdentity(order);

    private static void Near(Matrix<double> expected, Matrix<double> found, double relative) =>
        Assert.InRange((found - expected).FrobeniusNorm(), 0.0, relative * expected.FrobeniusNorm());

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.1)]
    [InlineData(0.8)]
    [InlineData(2.0)]
    [InlineData(5.0)]
    [InlineData(60.0)]
    public void The_exponential_of_a_rotation_generator_is_the_rotation(double angle)
    {
        // Each norm is served by another degree of the approximant.
        Matrix<double> generator = Matrix<double>.Build.DenseOfArray(new[,] { { 0.0, -angle }, { angle, 0.0 } });
        Matrix<double> rotation = Matrix<double>.Build.DenseOfArray(
            new[,] { { Math.Cos(angle), -Math.Sin(angle) }, { Math.Sin(angle), Math.Cos(angle) } });
        Near(rotation, MatrixExponential.Of(generator), 4e-15 * Math.Max(1.0, angle));
    }

    [Fact]
    public void The_exponential_of_a_symmetric_matrix_follows_from_its_eigenvalues()
    {
        Matrix<double> any = Matrix<double>.Build.Random(12, 12, 1);
        Matrix<double> a = any + any.Transpose();
        var eigen = a.Evd(Symmetricity.Symmetric);
        Matrix<double> expected = eigen.EigenVectors
            * Matrix<double>.Build.DiagonalOfDiagonalVector(eigen.EigenValues.Map(v => Math.Exp(v.Real)))
            * eigen.EigenVectors.Transpose();
        Near(expected, MatrixExponential.Of(a), 1e-13);

        // Each factor is known to ε of its norm, so that their product is to ε κ.
        double condition = Math.Exp(eigen.EigenValues.Max(v => v.Real) - eigen.EigenValues.Min(v => v.Real));
        Near(Identity(12), MatrixExponential.Of(a) * MatrixExponential.Of(-a), 12 * Math.Pow(2, -52) * condition);
    }

    [Fact]
    public void A_nilpotent_matrix_has_a_polynomial_for_exponential()
    {
        Matrix<double> n = Matrix<double>.Build.Dense(4, 4, (i, j) => j == i + 1 ? 3.0 : 0.0);
        Near(Identity(4) + n + n * n / 2.0 + n * n * n / 6.0, MatrixExponential.Of(n), 1e-15);
        Near(Identity(3), MatrixExponential.Of(Matrix<double>.Build.Dense(3, 3)), 1e-16);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_logarithm_undoes_the_exponential(int seed)
    {
        Matrix<double> a = Matrix<double>.Build.Random(8, 8, seed) / 4.0;
        Near(a, MatrixLogarithm.Of(MatrixExponential.Of(a)), 1e-12);
        Matrix<double> positive = a * a.Transpose() + Identity(8);
        Near(positive, MatrixExponential.Of(MatrixLogarithm.Of(positive)), 1e-13);
    }

    [Theory]
    [InlineData(1e-200)]
    [InlineData(1e200)]
    public void The_logarithm_does_not_depend_on_units(double unit)
    {
        // log(u A) = log A + log u.
        Matrix<double> any = Matrix<double>.Build.Random(6, 6, 4), a = any * any.Transpose() + Identity(6);
        Near(MatrixLogarithm.Of(a) + Math.Log(unit) * Identity(6), MatrixLogarithm.Of(unit * a), 1e-13);
        Matrix<double> diagonal = Matrix<double>.Build.DenseOfDiagonalArray([unit, 1.0, 1.0 / Math.Sqrt(unit)]);
        Near(
            Matrix<double>.Build.DenseOfDiagonalArray([Math.Log(unit), 0.0, -Math.Log(unit) / 2.0]),
            MatrixLogarithm.Of(diagonal), 1e-13);
    }

    [Fact]
    public void A_complex_matrix_with_an_eigenvalue_that_is_negative_to_rounding_has_no_principal_logarithm()
    {
        // A similarity leaves the negative eigenvalue an imaginary part of rounding.
        Matrix<double> any = Matrix<double>.Build.Random(13, 13, 5);
        Matrix<double> a =
            any * Matrix<double>.Build.DenseOfDiagonalArray([.. Enumerable.Range(0, 13).Select(i => i - 3.5)])
                * any.Inverse();
        Assert.Throws<ArgumentException>(() => MatrixLogarithm.Of(a));
        Assert.Throws<ArgumentException>(() => MatrixLogarithm.Of(a.ToComplex()));
    }

    [Fact]
    public void A_logarithm_that_is_not_real_is_refused()
    {
        Assert.Throws<ArgumentException>(() => MatrixLogarithm.Of(-Identity(2)));
        Assert.Throws<ArgumentException>(() => MatrixLogarithm.Of(Matrix<double>.Build.Dense(2, 2)));
        Assert.Throws<ArgumentException>(() => MatrixExponential.Of(Matrix<double>.Build.Dense(2, 3)));
    }

    [Theory]
    [InlineData(6, 6)]
    [InlineData(9, 4)]
    public void Polar_factors_are_orthogonal_and_positive_and_give_the_matrix(int rows, int columns)
    {
        Matrix<double> a = Matrix<double>.Build.Random(rows, columns, 4);
        PolarDecomposition<double> polar = PolarDecomposition.Of(a);
        Near(a, polar.U * polar.P, 1e-14);
        Near(Identity(columns), polar.U.TransposeThisAndMultiply(polar.U), 1e-14);
        Assert.True(polar.P.Evd(Symmetricity.Symmetric).EigenValues.All(value => value.Real > 0));
        Assert.Throws<ArgumentException>(() => PolarDecomposition.Of(Matrix<double>.Build.Dense(2, 3)));
    }

    [Fact]
    public void The_nearest_positive_definite_matrix_has_its_factor_and_is_nearest()
    {
        Matrix<double> a = Matrix<double>.Build.Random(10, 10, 5);
        Matrix<double> nearest = NearestPositiveDefinite.Of(a);
        Assert.NotNull(nearest.Cholesky());

        // Higham: the squared distance is the sum of the squared negative eigenvalues and of the skew part.
        Matrix<double> symmetric = (a + a.Transpose()) / 2.0;
        double negative =
            symmetric.Evd(Symmetricity.Symmetric).EigenValues.Sum(v => Math.Pow(Math.Min(0.0, v.Real), 2));
        double skew = Math.Pow(((a - a.Transpose()) / 2.0).FrobeniusNorm(), 2);
        Assert.Equal(Math.Sqrt(negative + skew), (nearest - a).FrobeniusNorm(), 1e-10);

        Matrix<double> definite = a * a.Transpose() + Identity(10);
        Near(definite, NearestPositiveDefinite.Of(definite), 1e-16);
    }

    [Fact]
    public void A_cholesky_factor_follows_its_matrix_up_and_down()
    {
        Matrix<double> any = Matrix<double>.Build.Random(20, 20, 6);
        Matrix<double> a = any * any.Transpose() + Identity(20);
        Vector<double> v = Vector<double>.Build.Random(20, 7);
        Matrix<double> factor = a.Cholesky().Factor;
        Matrix<double> updated = CholeskyUpdate.Add(factor, v);
        Near((a + v.OuterProduct(v)).Cholesky().Factor, updated, 1e-13);
        Near(factor, CholeskyUpdate.Remove(updated, v), 1e-12);
        Assert.Throws<ArgumentException>(() => CholeskyUpdate.Remove(factor, 100.0 * v));
        Assert.Throws<ArgumentException>(() => CholeskyUpdate.Add(factor, Vector<double>.Build.Dense(3)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(60)]
    public void The_estimate_of_the_condition_number_is_near_the_truth_and_never_over_it(int order)
    {
        foreach (int seed in Enumerable.Range(1, 20))
        {
            Matrix<double> a = Matrix<double>.Build.Random(order, order, seed);
            double exact = a.L1Norm() * a.Inverse().L1Norm();
            Assert.InRange(ConditionEstimate.Of(a) / exact, 1.0 / 3.0, 1.0 + 1e-8);
        }
    }

    [Fact]
    public void A_singular_matrix_has_an_infinite_condition_number()
    {
        Assert.True(double.IsPositiveInfinity(ConditionEstimate.Of(Matrix<double>.Build.Dense(3, 3))));
        Matrix<double> hilbert = Matrix<double>.Build.Dense(10, 10, (i, j) => 1.0 / (i + j + 1));
        Assert.InRange(ConditionEstimate.Of(hilbert), 1e12, 1e14);
        Assert.Throws<ArgumentException>(() => ConditionEstimate.Of(Matrix<double>.Build.Dense(2, 3)));
    }
}
