using Math4AI.Data;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Separation;
using Math4AI.Separation.Ica;
using Math4AI.Separation.Quality;
using Math4AI.Tests.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

public class FixedPointPassTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(17)]
    public void The_step_in_float32_and_in_float64_agree_with_its_equation(int sources)
    {
        // A mean of 10⁶ and channels of very different units: rounding to float32 comes after both are taken away.
        Matrix<double> units = Matrix<double>.Build.DenseDiagonal(sources, sources, i => Math.Pow(10.0, i % 7 - 3));
        Matrix<double> mixing =
            Matrix<double>.Build.DenseIdentity(sources) + 0.1 * Matrix<double>.Build.Random(sources, sources, 2);
        Matrix<double> y = Mixtures.Laplace(20_011, sources, 1) * mixing * units + 1e6;
        var source = new MatrixSampleSource(y);
        Whitening whitening = Whitening.Of(source);
        Matrix<double> rotation = Rotations.Random(whitening.Matrix.RowCount, 3);

        Matrix<double> z =
            y.MapIndexed((_, channel, value) => value - whitening.Covariance.Mean[channel], Zeros.Include)
            * whitening.Matrix.Transpose();
        Matrix<double> g = (z * rotation.Transpose()).PointwiseTanh();
        Vector<double> slopes = 1.0 - g.PointwisePower(2.0).ColumnSums() / y.RowCount;
        Matrix<double> expected = g.TransposeThisAndMultiply(z) / y.RowCount
            - Matrix<double>.Build.DenseDiagonal(sources, sources, i => slopes[i]) * rotation;

        var fast = new FastIcaOptions();
        var exact = new FastIcaOptions { Tolerance = 1e-12 };
        foreach (ISampleSource samples in new ISampleSource[] { source, new CopyingSource(y) })
        {
            Assert.Equal(0.0, Difference(samples, fast), 2e-6 * sources);
            Assert.Equal(0.0, Difference(samples, exact), 1e-10 * sources);
        }

        double Difference(ISampleSource samples, FastIcaOptions options) =>
            (FixedPointPass.Over(samples, whitening, sources, options).Step(rotation, CancellationToken.None)
                - expected).FrobeniusNorm();
    }

    [Fact]
    public void Channels_that_are_nearly_the_same_are_not_rounded_to_float32()
    {
        // The second differs from the first by 10⁻⁵ of its size: whitening would magnify the rounding of float32.
        Matrix<double> x = Mixtures.Laplace(50_000, 2, 4);
        Matrix<double> y = x * Matrix<double>.Build.DenseOfArray(new[,] { { 1.0, 1.0 }, { 0.0, 1e-5 } });
        Matrix<double> mixing = Matrix<double>.Build.DenseOfArray(new[,] { { 1.0, 0.0 }, { 1.0, 1e-5 } });
        var result = Separator.FastIca().Separate(y);
        Assert.True(SeparationQuality.AmariError(result.Unmixing.Matrix * mixing) < 0.02);
    }
}
