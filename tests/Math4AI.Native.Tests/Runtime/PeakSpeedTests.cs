using Math4AI.Runtime;

namespace Math4AI.Tests.Runtime;

[Collection(nameof(ProcessSettings))]
public class PeakSpeedTests
{
    private static readonly string[] TwoCoresOfTwoThreads =
    [
        .. new[] { "0", "1", "0", "1" }.SelectMany(core =>
            new[] { "cpu MHz\t\t: 2500.000", "physical id\t: 0", $"core id\t\t: {core}", "flags\t\t: fpu fma" }),
    ];

    [Theory]
    [InlineData(4, 8, 160.0)] // 2 cores, however many threads: 2 · 2.5 GHz · 2 units · 8 numbers · 2 operations
    [InlineData(1, 8, 80.0)]
    [InlineData(4, 4, 80.0)]
    public void The_bound_counts_cores_clock_and_vectors(int threads, int width, double gflops) =>
        Assert.Equal(gflops, PeakSpeed.BoundOf(TwoCoresOfTwoThreads, threads, width));

    [Fact]
    public void Without_a_clock_or_vectors_there_is_no_bound()
    {
        Assert.Null(PeakSpeed.BoundOf(TwoCoresOfTwoThreads, 2, 0));
        Assert.Null(PeakSpeed.BoundOf(["core id : 0"], 2, 8));
        Assert.Null(PeakSpeed.BoundOf([], 2, 8));
    }

    [Fact]
    public void No_operation_is_faster_than_the_peak()
    {
        PathBenchmarkResult product = Assert.Single(PathBenchmark.Run("gemm", [512]));
        Assert.InRange(product.ShareOfPeak, 0.0, 1.0);
        Assert.Equal(product.NativeGflops / product.PeakGflops, product.ShareOfPeak, 1e-12);
    }
}
