using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// A user's ordinary Math.NET code on the managed path, on MKL, and on MKL with its own choice of code.
/// </summary>
[Config(typeof(Paths))]
public class DenseBenchmarks
{
    private Matrix<double> a = null!;
    private Matrix<double> b = null!;
    private Matrix<double> result = null!;
    private Matrix<double> symmetric = null!;

    /// <summary>The order of the matrices.</summary>
    [Params(8, 64, 512, 1024)]
    public int Order { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _ = Compute.Provider;
        a = Matrix<double>.Build.Random(Order, Order, 1);
        b = Matrix<double>.Build.Random(Order, Order, 2);
        symmetric = a + a.Transpose();
        result = Matrix<double>.Build.Dense(Order, Order);
    }

    [Benchmark]
    public void Product() => a.Multiply(b, result);

    [Benchmark]
    public Matrix<double> Solve() => a.Solve(b);

    [Benchmark]
    public object Svd() => a.Svd();

    [Benchmark]
    public object SymmetricEigen() => symmetric.Evd(Symmetricity.Symmetric);

    private sealed class Paths : ManualConfig
    {
        public Paths()
        {
            Job job = Job.ShortRun;
            AddJob(job.WithId("managed").WithEnvironmentVariable("MATH4AI_PROVIDER", "managed"));
            AddJob(job.WithId("native").WithEnvironmentVariable("MATH4AI_PROVIDER", "mkl"));
            AddJob(job.WithId("vendor").WithEnvironmentVariable("MATH4AI_MKL_DISPATCH", "vendor"));
        }
    }
}
