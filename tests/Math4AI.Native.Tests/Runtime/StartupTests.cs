using System.Text.Json;
using Math4AI.Runtime;
using MathNet.Numerics.Providers.LinearAlgebra;
using TorchSharp;

namespace Math4AI.Tests.Runtime;

public class StartupTests
{
    [Fact]
    public void Every_step_of_the_start_succeeds_and_is_told()
    {
        Assert.Equal(
            ["load the helper", "load libtorch and MKL", "load LibTorchSharp", "load the sound library"],
            Compute.StartupSteps.Select(step => step.Name));
        Assert.All(Compute.StartupSteps, step => Assert.True(step.Ok, step.Detail));
        Assert.Contains(Compute.Libraries, library => library.Name == "MKL"
            && library.Version.Contains("Math Kernel Library", StringComparison.Ordinal));
        Assert.All(Compute.Libraries, library => Assert.NotEmpty(library.Version));
        Assert.NotEmpty(Compute.Processor);
    }

    [Fact]
    public void Math_net_runs_on_mkl_without_being_asked()
    {
        Assert.Equal(LinearAlgebraBackend.Mkl, Compute.Provider);
        Assert.Contains("Math Kernel Library", LinearAlgebraControl.Provider.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_differentiate()
    {
        using torch.Tensor x = torch.tensor(3.0, requires_grad: true);
        using torch.Tensor y = x * x * x;
        y.backward();
        Assert.Equal(27.0, x.grad!.item<double>());
    }

    [Fact]
    public void Every_self_check_passes() =>
        Assert.All(SelfCheck.Run(), check => Assert.True(check.Ok, $"{check.Name}: {check.Detail}"));

    [Fact]
    public void A_provider_that_cannot_be_had_is_refused_with_a_sentence()
    {
        var refusal =
            Assert.Throws<PlatformNotSupportedException>(() => Compute.Provider = LinearAlgebraBackend.MathNetNative);
        Assert.Contains("doctor", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(LinearAlgebraBackend.Mkl, Compute.Provider);
    }

    [Theory]
    [InlineData("managed", "Managed")]
    [InlineData("mkl", "Mkl")]
    [InlineData(null, "Mkl")]
    public void The_environment_chooses_the_linear_algebra(string? wanted, string provider)
    {
        JsonElement report = Doctor(("MATH4AI_PROVIDER", wanted));
        Assert.Equal(provider, report.GetProperty("provider").GetString());
        Assert.True(report.GetProperty("ok").GetBoolean());
    }

    [Fact]
    public void Mkl_takes_its_widest_code_unless_the_vendors_choice_is_asked_for()
    {
        Assert.SkipUnless(System.Runtime.Intrinsics.X86.Avx2.IsSupported, "This processor has no AVX2.");
        string ours = Doctor(("MATH4AI_MKL_DISPATCH", null)).GetProperty("instructionSet").GetString()!;
        string vendors = Doctor(("MATH4AI_MKL_DISPATCH", "vendor")).GetProperty("instructionSet").GetString()!;
        string widest = System.Runtime.Intrinsics.X86.Avx512F.IsSupported ? "AVX-512" : "AVX2";
        Assert.Equal(widest, ours);
        bool isIntel = File.ReadAllText("/proc/cpuinfo").Contains("GenuineIntel", StringComparison.Ordinal);
        Assert.Equal(isIntel ? widest : "MKL's own choice for processors that are not Intel's", vendors);
    }

    [Fact]
    public async Task Several_processes_that_start_at_once_and_without_a_writable_home_all_start()
    {
        Task<JsonElement>[] starts =
        [
            .. Enumerable.Range(0, 4).Select(
                _ => Task.Run(() => Doctor(("HOME", "/proc"), ("XDG_CACHE_HOME", "/proc")))),
        ];
        foreach (JsonElement report in await Task.WhenAll(starts))
        {
            Assert.True(report.GetProperty("ok").GetBoolean());
        }
    }

    private static JsonElement Doctor(params (string Name, string? Value)[] environment)
    {
        Finished doctor = Repository.Run(Repository.Command, ["doctor", "--json", "--no-speed"], environment);
        Assert.True(doctor.Code == 0, doctor.Output + doctor.Errors);
        return JsonDocument.Parse(doctor.Output).RootElement;
    }
}
