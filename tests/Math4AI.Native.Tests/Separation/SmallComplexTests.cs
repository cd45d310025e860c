using System.Numerics;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

/// <summary>Small complex matrices against what defines them.</summary>
public class SmallComplexTests
{
    private const double Epsilon = 2.220446049250313e-16;

    [Theory]
    [InlineData(1, 1.0, 1.0)]
    [InlineData(2, 10.0, 1e-200)]
    [InlineData(3, 1e4, 1.0)]
    [InlineData(4, 1e4, 1e-9)]
    [InlineData(6, 1e6, 1e200)]
    public void The_inverse_root_is_Hermitian_and_whitens(int order, double condition, double scale)
    {
        Matrix<Complex> covariance = Random(order, condition, scale, seed: order);
        Complex[] root = RowMajor(covariance);
        SmallComplex.InverseRoot(root, order);
        Matrix<Complex> whitening = Matrix<Complex>.Build.Dense(order, order, (i, j) => root[i * order + j]);
        double bound = 50.0 * order * condition * Epsilon;
        Matrix<Complex> white = whitening * covariance * whitening;
        Assert.True((white - Matrix<Complex>.Build.DenseIdentity(order)).FrobeniusNorm() <= bound);
        Assert.True((whitening - whitening.ConjugateTranspose()).FrobeniusNorm() <= bound * whitening.FrobeniusNorm());
    }

    [Fact]
    public void Whitened_channels_have_unit_power_and_the_order_of_the_channels()
    {
        const int Order = 4;
        Matrix<Complex> covariance = Random(Order, 50.0, 3.0, seed: 7);
        Complex[] unmixing = RowMajor(covariance);
        UnmixingRows.Whiten(unmixing, Order);
        Matrix<Complex> w = Matrix<Complex>.Build.Dense(Order, Order, (i, j) => unmixing[i * Order + j]);
        Matrix<Complex> outputs = w * covariance * w.ConjugateTranspose();

        // What is added to the diagonal is a hundredth of the least power in any direction.
        Assert.True((outputs - Matrix<Complex>.Build.DenseIdentity(Order)).L2Norm() < 0.02);

        // What an output has in common with its own channel is real and positive: it is not turned from it.
        Matrix<Complex> common = w * covariance;
        for (int i = 0; i < Order; i++)
        {
            Assert.True(common[i, i].Real > 0.0);
            Assert.True(Math.Abs(common[i, i].Imaginary) < 1e-12 * common[i, i].Real);
        }
    }

    /// <summary>A covariance U D Uᴴ whose eigenvalues fall evenly in their logarithm.</summary>
    private static Matrix<Complex> Random(int order, double condition, double scale, int seed)
    {
        var random = new MersenneTwister(seed);
        Matrix<Complex> any = Matrix<Complex>.Build.Dense(
            order, order, (_, _) => new Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5));
        Matrix<Complex> turn = any.QR().Q;
        Matrix<Complex> powers = Matrix<Complex>.Build.DenseDiagonal(
            order, order, i => scale * Math.Pow(condition, -(double)i / Math.Max(1, order - 1)));
        Matrix<Complex> covariance = turn * powers * turn.ConjugateTranspose();
        return (covariance + covariance.ConjugateTranspose()) * 0.5;
    }

    private static Complex[] RowMajor(Matrix<Complex> matrix) =>
        [.. Enumerable.Range(0, matrix.RowCount).SelectMany(i => matrix.Row(i).ToArray())];
}
