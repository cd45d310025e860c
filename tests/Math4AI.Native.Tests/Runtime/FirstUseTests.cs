namespace Math4AI.Tests.Runtime;

/// <summary>Which native libraries a run of the command opens, as the dynamic linker tells it.</summary>
public class FirstUseTests : TemporaryFolder
{
    [Theory]
    [InlineData("--help")]
    [InlineData("separate", "--help")]
    [InlineData("train", "--help")]
    public void Help_opens_no_native_library(params string[] arguments) =>
        Assert.DoesNotContain(OpenedBy(arguments), name => name.StartsWith("libtorch", StringComparison.Ordinal)
            || name.StartsWith("libmath4ai", StringComparison.Ordinal)
            || name.StartsWith("libLibTorchSharp", StringComparison.Ordinal));

    [Fact]
    public void Linear_algebra_opens_MKL_and_neither_tensors_nor_sound()
    {
        HashSet<string> opened = OpenedBy("bench", "gemm", "--sizes", "64", "--json");
        Assert.Contains("libtorch_cpu.so", opened);
        Assert.DoesNotContain("libLibTorchSharp.so", opened);
        Assert.DoesNotContain("libmath4ai_sound.so", opened);
    }

    [Theory]
    [InlineData("--no-report", 20, "y ~ a*x+b")]
    [InlineData("--json", 20, "y ~ a*x+b")]
    [InlineData("--json", 120, "y ~ a + b*x + c*x*x")]
    public void A_formula_is_fitted_to_few_rows_without_libtorch(string option, int rows, string model)
    {
        File.WriteAllLines(
            In("line.csv"), Enumerable.Range(0, rows).Select(i => $"{i},{2 * i + i % 3}").Prepend("x,y"));
        HashSet<string> opened = OpenedBy("fit", In("line.csv"), "--model", model, option, "-o", In("out"));
        Assert.Equal(option != "--no-report", File.Exists(Path.Combine(In("out"), "report.html")));
        Assert.DoesNotContain(opened, name => name.Contains("torch", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("libmath4ai_sound.so", opened);
    }

    [Fact]
    public void A_separation_opens_MKL_before_its_input_has_been_read()
    {
        // This cannot be read, and so what needs samples never begins.
        File.WriteAllText(In("mix.wav"), "none");
        Finished run = Run("separate", In("mix.wav"), "-o", In("out"));
        Assert.Equal(1, run.Code);
        Assert.Matches("calling init: .*/libtorch_cpu.so", run.Errors);
    }

    [Fact]
    public void The_command_ends_without_the_destructors_of_libtorch()
    {
        Finished run = Run("--version");
        Assert.Equal(0, run.Code);
        Assert.Contains("MKL", run.Output, StringComparison.Ordinal);
        Assert.Matches("calling init: .*/libtorch_cpu.so", run.Errors);
        Assert.DoesNotMatch("calling fini: .*/libtorch_cpu.so", run.Errors);
    }

    private static Finished Run(params string[] arguments) =>
        Repository.Run(Repository.Command, arguments, ("LD_DEBUG", "files"));

    private static HashSet<string> OpenedBy(params string[] arguments)
    {
        Finished run = Run(arguments);
        Assert.Equal(0, run.Code);
        HashSet<string> opened =
        [
            .. run.Errors.Split('\n').Where(line => line.Contains("file=", StringComparison.Ordinal))
                .Select(line => Path.GetFileName(line.Split("file=")[1].Split(' ')[0])),
        ];
        // A list without the runtime itself would prove nothing.
        Assert.Contains("libcoreclr.so", opened);
        return opened;
    }
}
