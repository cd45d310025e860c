using System.Management.Automation.Language;
using Math4AI.Runtime;

namespace Math4AI.Tests.Cli;

/// <summary>What shells complete, the manual page and the version.</summary>
public sealed class CompletionTests : TemporaryFolder
{
    [Theory]
    [InlineData("math4ai se", "separate")]
    [InlineData("math4ai fit --dist", "--distance")]
    [InlineData("math4ai fit --distance tu", "tukey")]
    [InlineData("math4ai train rows.csv --optimizer ", "lbfgs")]
    [InlineData("math4ai separate --method f", "fastica")]
    [InlineData("math4ai completion ", "zsh")]
    public void A_shell_is_told_how_a_line_can_go_on(string line, string word)
    {
        Finished run = Repository.Ask([$"[suggest:{line.Length}]", line]);
        Assert.Equal(0, run.Code);
        Assert.Contains(word, run.Output.Split(['\n', '\r']));
    }

    [Fact]
    public void Bash_completes_verbs_options_and_their_names()
    {
        Assert.Equal("separate", Bash("math4ai", "sepa"));
        Assert.Equal("--distance", Bash("math4ai", "fit", "--dist"));
        Assert.Equal("pseudo-huber", Bash("math4ai", "fit", "--distance", "pseudo"));
        Assert.Equal(string.Empty, Bash("math4ai", "fit", "data.c"));
    }

    [Theory]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void The_scripts_of_other_shells_are_sound(string shell)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{shell}"), $"There is no {shell}.");
        File.WriteAllText(In("script"), Script(shell));
        Finished run = Repository.Run($"/usr/bin/{shell}", ["-n", In("script")]);
        Assert.True(run.Code == 0, run.Errors);
    }

    [Fact]
    public void The_script_of_powershell_parses()
    {
        Parser.ParseInput(Script("powershell"), out _, out ParseError[] errors);
        Assert.Empty(errors);
    }

    [Fact]
    public void Another_shell_is_refused_with_those_that_there_are()
    {
        Finished run = Repository.Ask(["completion", "tcsh"]);
        Assert.Equal(2, run.Code);
        Assert.Contains("bash, zsh, fish, powershell", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_manual_page_has_every_verb_and_option_and_groff_has_no_complaint()
    {
        string page = Repository.Ask(["manual"]).Output;
        string help = Repository.Ask(["--help"]).Output;
        foreach (string line in help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Trim().Split('\n').Skip(1))
        {
            Assert.Contains($".B math4ai {line.Trim().Split(' ')[0]}\n", page, StringComparison.Ordinal);
        }

        Assert.Contains("\\fB\\-\\-distance\\fR \\fINAME\\fR\n", page, StringComparison.Ordinal);
        Assert.SkipUnless(File.Exists("/usr/bin/groff"), "There is no groff.");
        File.WriteAllText(In("math4ai.1"), page);
        Finished typeset = Repository.Run("/usr/bin/groff", ["-man", "-Tutf8", "-ww", "-z", "-Kutf8", In("math4ai.1")]);
        Assert.Equal((0, string.Empty), (typeset.Code, typeset.Errors));
    }

    [Fact]
    public void The_version_names_the_commit_and_the_native_libraries()
    {
        Finished run = Repository.Ask(["--version"]);
        Assert.Equal(0, run.Code);
        string[] lines = run.Output.TrimEnd().Split('\n');
        Assert.Matches(@"^math4ai \d+\.\d+\.\d+(, commit [0-9a-f]{12})?$", lines[0]);
        foreach (NativeLibraryInfo library in Compute.Libraries)
        {
            Assert.Contains($"{library.Name}: {library.Version}", lines);
        }
    }

    private static string Script(string shell)
    {
        Finished run = Repository.Ask(["completion", shell]);
        Assert.Equal(0, run.Code);
        return run.Output;
    }

    /// <summary>What bash offers where the last word is being typed.</summary>
    private static string Bash(params string[] words)
    {
        string folder = Path.GetDirectoryName(Repository.Command)!, line = string.Join(' ', words);
        string script = $"PATH={folder}:$PATH; source <(math4ai completion bash); COMP_WORDS=({line}); "
            + $"COMP_CWORD={words.Length - 1}; COMP_LINE='{line}'; COMP_POINT={line.Length}; _math4ai; "
            + "echo \"${COMPREPLY[*]}\"";
        Finished run = Repository.Run("bash", ["-c", script]);
        Assert.True(run.Code == 0, run.Errors);
        return run.Output.Trim();
    }
}
