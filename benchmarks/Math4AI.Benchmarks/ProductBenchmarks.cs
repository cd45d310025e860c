using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Math4AI.Benchmarks;

/// <summary>What the façade adds to a raw call of <c>dgemm_</c>, and what MKL's own dispatch takes away.</summary>
[Config(typeof(Dispatches))]
public unsafe partial class ProductBenchmarks
{
    private const int Order = 1024;

    private Matrix<double> a = null!;
    private Matrix<double> b = null!;
    private Matrix<double> result = null!;

    [GlobalSetup]
    public void Setup()
    {
        _ = Compute.Provider;
        string mkl = Compute.Libraries.Single(library => library.Name == "MKL").Path;
        NativeLibrary.SetDllImportResolver(typeof(ProductBenchmarks).Assembly, (_, _, _) => NativeLibrary.Load(mkl));
        a = Matrix<double>.Build.Random(Order, Order, 1);
        b = Matrix<double>.Build.Random(Order, Order, 2);
        result = Matrix<double>.Build.Dense(Order, Order);
    }

    [Benchmark(Baseline = true)]
    public void Raw()
    {
        byte plain = (byte)'N';
        int n = Order;
        double one = 1.0, zero = 0.0;
        fixed (double* pa = ((DenseMatrix)a).Values, pb = ((DenseMatrix)b).Values, pc = ((DenseMatrix)result).Values)
        {
            Gemm(&plain, &plain, &n, &n, &n, &one, pa, &n, pb, &n, &zero, pc, &n);
        }
    }

    [Benchmark]
    public Matrix<double> Operator() => a * b;

    [Benchmark]
    public void Multiply() => a.Multiply(b, result);

    [LibraryImport("mkl", EntryPoint = "dgemm_")]
    private static partial void Gemm(
        byte* transa, byte* transb, int* m, int* n, int* k, double* alpha, double* a, int* lda, double* b, int* ldb,
        double* beta, double* c, int* ldc);

    private sealed class Dispatches : ManualConfig
    {
        public Dispatches()
        {
            AddJob(Job.ShortRun.WithId("ours"));
            AddJob(Job.ShortRun.WithId("vendor").WithEnvironmentVariable("MATH4AI_MKL_DISPATCH", "vendor"));
        }
    }
}
