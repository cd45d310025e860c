using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.LinearAlgebra;

[Collection(nameof(ProcessSettings))]
public class CovarianceTests
{
    private static Matrix<double> Samples(int rows, int columns, double mean)
    {
        var random = new Random(5);
        return Matrix<double>.Build.Dense(rows, columns, (_, j) => mean * (j + 1) + random.NextDouble() - 0.5);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(1000, 2)]
    [InlineData(70_001, 3)]
    [InlineData(20_000, 9)]
    public void One_pass_agrees_with_two(int rows, int columns)
    {
        Matrix<double> samples = Samples(rows, columns, 1.0);
        Vector<double> mean = samples.ColumnSums() / rows;
        Matrix<double> centred = Matrix<double>.Build.Dense(rows, columns, (i, j) => samples[i, j] - mean[j]);
        Matrix<double> expected = centred.TransposeThisAndMultiply(centred) / rows;

        var covariance = Covariance.Of(new MatrixSampleSource(samples));

        Assert.Equal(rows, covariance.Count);
        Assert.Equal(0.0, (covariance.Mean - mean).InfinityNorm(), 1e-13 * columns);
        Assert.Equal(0.0, (covariance.Matrix - expected).FrobeniusNorm(), 1e-14 * columns);
    }

    [Fact]
    public void A_mean_of_a_hundred_million_costs_no_digits()
    {
        // Steps of 2⁻²⁰ are exact beside 10⁸, so that the same deviations stand around both means, and only the
        // roundings of their sums differ: n of them, √n ε where they are by chance. Without a shift the squares alone
        // would lose them all, 10¹⁶ ε.
        const int Samples = 50_000;
        var random = new Random(6);
        Matrix<double> near =
            Matrix<double>.Build.Dense(Samples, 2, (_, _) => random.Next(-1 << 20, 1 << 20) * Math.Pow(2, -20));
        Matrix<double> far = near + 1e8;
        Matrix<double> expected = Covariance.Of(new MatrixSampleSource(near)).Matrix;
        Matrix<double> found = Covariance.Of(new MatrixSampleSource(far)).Matrix;
        Assert.Equal(
            0.0, (found - expected).FrobeniusNorm() / expected.FrobeniusNorm(), Math.Sqrt(Samples) * Math.Pow(2, -52));
    }

    [Fact]
    public void The_same_bits_come_out_with_one_thread_and_with_two()
    {
        var source = new MatrixSampleSource(Samples(100_000, 3, 0.3));
        int before = Compute.Threads;
        try
        {
            Compute.Threads = 1;
            Matrix<double> one = Covariance.Of(source).Matrix;
            Compute.Threads = 2;
            Assert.Equal(one, Covariance.Of(source).Matrix);
        }
        finally
        {
            Compute.Threads = before;
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_sample_that_is_not_finite_is_named(double bad)
    {
        Matrix<double> samples = Samples(5000, 3, 1.0);
        samples[4321, 1] = bad;
        var refusal = Assert.Throws<ArgumentException>(() => Covariance.Of(new MatrixSampleSource(samples)));
        Assert.Contains("Sample 4322 of channel 2", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constant_channels_have_no_correlation()
    {
        Matrix<double> samples = Samples(100, 2, 0.0);
        samples.SetColumn(1, Vector<double>.Build.Dense(100, 4.0));
        Matrix<double> correlation = Covariance.Of(new MatrixSampleSource(samples)).Correlation;
        Assert.Equal(0.0, correlation[0, 1]);
        Assert.Equal(1.0, correlation[1, 1]);
    }

    [Fact]
    public void Cancellation_stops_the_pass()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(
            () => Covariance.Of(new MatrixSampleSource(Samples(100, 2, 0.0)), cancelled.Token));
    }
}
