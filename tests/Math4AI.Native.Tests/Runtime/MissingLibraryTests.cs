using System.Text.Json;

namespace Math4AI.Tests.Runtime;

/// <summary>The command in a folder where one of its libraries is missing or broken.</summary>
public class MissingLibraryTests : TemporaryFolder
{
    [Theory]
    [InlineData("libmath4ai.so", "load the helper", "build.sh")]
    [InlineData("libtorch_cpu.so", "load libtorch and MKL", "TorchSharp-cpu")]
    [InlineData("libLibTorchSharp.so", "load LibTorchSharp", "TorchSharp-cpu")]
    [InlineData("libmath4ai_sound.so", "load the sound library", "libsndfile")]
    public void A_missing_library_is_named_with_the_remedy_and_the_rest_goes_on(
        string library, string step, string remedy)
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
    public void Separating_sound_without_its_library_says_in_one_line_what_to_do()
    {
        string command = CommandWithout("libmath4ai_sound.so");
        Finished separate = Repository.Run(command, ["separate", "-o", In("out")]);
        Assert.Equal(1, separate.Code);
        Assert.Single(separate.Errors.TrimEnd().Split('\n'));
        Assert.Contains("libmath4ai_sound.so", separate.Errors, StringComparison.Ordinal);
        Assert.Contains("libsndfile", separate.Errors, StringComparison.Ordinal);
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

    [Fact]
    public void A_broken_libtorch_leaves_the_managed_path()
    {
        string command = CommandWithout("libtorch_cpu.so");
        File.WriteAllText(In("libtorch_cpu.so"), "no library");
        JsonElement check = FailedCheck(command, "load libtorch and MKL");
        Assert.Contains("libtorch_cpu.so", check.GetProperty("detail").GetString(), StringComparison.Ordinal);
        JsonElement[] works = [.. Checks(command).Where(entry => entry.GetProperty("ok").GetBoolean())];
        Assert.Contains(works, entry => entry.GetProperty("name").GetString() == "solve a system");
    }

    [Fact]
    public void Linear_algebra_transforms_and_tensors_work_where_no_sound_library_is_installed()
    {
        string command = CommandWithout("libmath4ai_sound.so");
        // What the dynamic linker says of a library whose own libraries are missing.
        File.CreateSymbolicLink(In("libmath4ai_sound.so"), "/nowhere/libmath4ai_sound.so");
        string[] broken =
        [
            .. Checks(command).Where(entry => !entry.GetProperty("ok").GetBoolean()).Select(
                entry => entry.GetProperty("name").GetString()!),
        ];
        Assert.Equal(["load the sound library", "write and read sound", "pass frames through the ring"], broken);
    }

    private static IEnumerable<JsonElement> Checks(string command) =>
        JsonDocument.Parse(Repository.Run(command, ["doctor", "--json", "--no-speed"]).Output).RootElement
            .GetProperty("checks")
            .EnumerateArray();

    private static JsonElement FailedCheck(string command, string step)
    {
        Finished doctor = Repository.Run(command, ["doctor", "--json", "--no-speed"]);
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
                File.CreateSymbolicLink(
                    In(name), File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file);
            }
        }

        return In("math4ai");
    }
}
