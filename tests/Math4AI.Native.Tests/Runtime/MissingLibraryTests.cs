using System.Text.Json;

namespace Math4AI.Tests.Runtime;

/// <summary>The command in a folder where one of its libraries is missing or broken.</summary>
public class MissingLibraryTests : TemporaryFolder
{
    [Theory]
    [InlineData("libmath4ai.so", "load the helper", "build.sh")]
    [InlineData("libtorch_cpu.so", "load libtorch and MKL", "TorchSharp-cpu")]
    [InlineData("libLibTorchSharp.so", "load LibTorchSharp", "TorchSharp-cpu")]
    public void A_missing_library_is_named_with_the_remedy_and_the_rest_goes_on(string library, string step, string remedy)
    {
        string command = CommandWithout(library);
        JsonElement check = FailedCheck(command, step);
        Assert.Contains(library, check.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains(remedy, check.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_library_is_named_too()
    {
        string command = CommandWithout("libmath4ai.so");
        File.WriteAllText(In("libmath4ai.so"), "no library");
        JsonElement check = FailedCheck(command, "load the helper");
        Assert.Contains("libmath4ai.so", check.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Separating_without_the_helper_says_in_one_line_what_to_do()
    {
        string command = CommandWithout("libmath4ai.so");
        Finished separate = Repository.Run(command, ["separate", "-o", In("out")]);
        Assert.Equal(1, separate.Code);
        Assert.Single(separate.Errors.TrimEnd().Split('\n'));
        Assert.Contains("libmath4ai.so", separate.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("out")));
    }

    [Fact]
    public void Without_libtorch_the_managed_path_still_separates()
    {
        string command = CommandWithout("libtorch_cpu.so");
        Finished separate = Repository.Run(command, ["separate", "-o", In("out"), "--json", "--no-report"]);
        Assert.True(separate.Code == 0, separate.Errors);
        Assert.True(JsonDocument.Parse(separate.Output).RootElement.GetProperty("converged").GetBoolean());
    }

    private static JsonElement FailedCheck(string command, string step)
    {
        Finished doctor = Repository.Run(command, ["doctor", "--json"]);
        Assert.Equal(1, doctor.Code);
        JsonElement check = JsonDocument.Parse(doctor.Output).RootElement.GetProperty("checks").EnumerateArray()
            .Single(entry => entry.GetProperty("name").GetString() == step);
        Assert.False(check.GetProperty("ok").GetBoolean());
        return check;
    }

    private string CommandWithout(string library)
    {
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(Repository.Command)!))
        {
            string name = Path.GetFileName(file);
            if (name == library)
            {
                continue;
            }

            // The host looks for its files where the executable really stands: that one is copied.
            if (name.StartsWith("math4ai", StringComparison.Ordinal))
            {
                File.Copy(file, In(name));
            }
            else
            {
                File.CreateSymbolicLink(In(name), File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file);
            }
        }

        return In("math4ai");
    }
}
