using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Decompositions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.LinearAlgebra;

public class LeadingSubspaceTests
{
    private static Matrix<double> Orthogonal(int order, int seed) =>
        Matrix<double>.Build.Random(order, order, seed).QR().Q;

    [Theory]
    [InlineData(30, 5)]
    [InlineData(600, 1)]
    [InlineData(600, 12)]
    [InlineData(500, 200)]
    public void The_largest_eigenvalues_agree_with_the_full_decomposition(int order, int count)
    {
        Matrix<double> any = Matrix<double>.Build.Random(order, order, 1);
        Matrix<double> a = any + any.Transpose();
        LeadingEigen<double> leading = SymmetricEigen.Largest(a, count);
        double[] all = [.. a.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real).OrderDescending()];
        double unit = order * Math.Pow(2, -52) * a.L2Norm();
        Assert.All(Enumerable.Range(0, count), i =>
            Assert.InRange(Math.Abs(leading.Values[i] - all[i]), 0.0, 30 * unit));
        Assert.InRange(
            (a * leading.Vectors - leading.Vectors * Matrix<double>.Build.DiagonalOfDiagonalVector(leading.Values))
                .FrobeniusNorm(), 0.0, 30 * unit);
        Assert.Equal(
            0.0, (leading.Vectors.TransposeThisAndMultiply(leading.Vectors) - Matrix<double>.Build.DenseIdentity(count))
                .FrobeniusNorm(), 1e-11);
    }

    [Fact]
    public void Equal_eigenvalues_and_zero_matrices_are_no_trouble()
    {
        Vector<double> repeated = SymmetricEigen.Largest(2.0 * Matrix<double>.Build.DenseIdentity(500), 4).Values;
        Assert.All(repeated, value => Assert.Equal(2.0, value, 1e-12));
        Assert.All(SymmetricEigen.Largest(Matrix<double>.Build.Dense(450, 450), 3).Values,
            value => Assert.Equal(0.0, value, 1e-12));
        Assert.Throws<ArgumentException>(() => SymmetricEigen.Largest(Matrix<double>.Build.Dense(3, 3), 4));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(5, 6)]
    [InlineData(8, 12)]
    public void All_copies_of_a_multiple_eigenvalue_are_found(int copies, int count)
    {
        const int Order = 600;
        double[] values = [.. Enumerable.Repeat(1.02, copies).Concat(
            Enumerable.Range(copies, Order - copies).Select(i => 1.0 - (double)i / Order))];
        Matrix<double> turn = Orthogonal(Order, 5);
        Matrix<double> a = turn * Matrix<double>.Build.DenseOfDiagonalArray(values) * turn.Transpose();
        LeadingEigen<double> leading = SymmetricEigen.Largest(0.5 * (a + a.Transpose()), count);
        Assert.All(Enumerable.Range(0, count), i => Assert.Equal(values[i], leading.Values[i], 1e-11));
    }

    [Fact]
    public void The_randomised_decomposition_agrees_with_the_exact_one()
    {
        // Singular values 2^-i: a known answer that falls off.
        Matrix<double> left = Matrix<double>.Build.Random(5000, 40, 2).QR().Q;
        Vector<double> values = Vector<double>.Build.Dense(40, i => Math.Pow(2.0, -i));
        Matrix<double> a = left * Matrix<double>.Build.DiagonalOfDiagonalVector(values) * Orthogonal(40, 3).Transpose();
        RandomizedSvd leading = RandomizedSvd.Of(new MatrixSampleSource(a), 8);
        Assert.All(Enumerable.Range(0, 8), i => Assert.Equal(1.0, leading.SingularValues[i] / values[i], 1e-9));
        Matrix<double> u = leading.LeftVectors(a);
        Matrix<double> approximation = u * Matrix<double>.Build.DiagonalOfDiagonalVector(leading.SingularValues)
            * leading.RightVectors.Transpose();
        Assert.Equal(values[8], (a - approximation).L2Norm(), 1e-6);
        Assert.Equal(
            0.0, (u.TransposeThisAndMultiply(u) - Matrix<double>.Build.DenseIdentity(8)).FrobeniusNorm(), 1e-8);
        Assert.Throws<ArgumentException>(() => RandomizedSvd.Of(new MatrixSampleSource(a), 41));
    }
}
