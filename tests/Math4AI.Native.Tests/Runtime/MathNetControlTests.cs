using Math4AI.LinearAlgebra.Provider;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.Providers.FourierTransform;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace Math4AI.Tests.Runtime;

/// <summary>The first lines of many Math.NET programs, which choose a provider or a number of threads.</summary>
[Collection(nameof(ProcessSettings))]
public class MathNetControlTests
{
    public static TheoryData<string> Choices =>
        ["UseBestProviders", "UseDefaultProviders", "UseNativeMKL", "TryUseNativeMKL", "TryUseNative"];

    [Theory]
    [MemberData(nameof(Choices))]
    public void Asking_Math_net_for_its_best_provider_gives_mkl(string choice)
    {
        Assert.Equal(LinearAlgebraBackend.Mkl, Compute.Provider);
        typeof(Control).GetMethod(choice, [])!.Invoke(null, null);
        Assert.IsType<MklLinearAlgebraProvider>(LinearAlgebraControl.Provider);
        Assert.IsType<MklFourierTransformProvider>(FourierTransformControl.Provider);
        Assert.Equal(LinearAlgebraBackend.Mkl, Compute.Provider);
    }

    [Fact]
    public void Threads_that_are_set_in_Math_net_are_those_of_mkl_and_torch()
    {
        int before = Compute.Threads, ofMathNet = Control.MaxDegreeOfParallelism;
        bool safeGenerators = Control.ThreadSafeRandomNumberGenerators;
        try
        {
            Control.UseSingleThread();
            Assert.Equal(1, Compute.Threads);
            Assert.Equal(1, TorchSharp.torch.get_num_threads());
            Control.MaxDegreeOfParallelism = 3;
            Assert.Equal(3, Compute.Threads);
            Control.UseMultiThreading();
            Assert.Equal(Environment.ProcessorCount, Compute.Threads);
        }
        finally
        {
            Control.MaxDegreeOfParallelism = ofMathNet;
            Control.ThreadSafeRandomNumberGenerators = safeGenerators;
            Compute.Threads = before;
        }
    }

    [Fact]
    public void A_number_of_threads_that_Math_net_was_not_told_stays()
    {
        int before = Compute.Threads;
        try
        {
            Compute.Threads = before + 1;
            Control.UseNativeMKL();
            Assert.Equal(before + 1, Compute.Threads);
        }
        finally
        {
            Compute.Threads = before;
        }
    }
}
