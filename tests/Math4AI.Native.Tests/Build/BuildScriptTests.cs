using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace Math4AI.Tests.Build;

public class BuildScriptTests
{
    private static readonly string[] Verbs =
        ["bench", "build", "check", "clean", "docs", "help", "pack", "run", "setup", "test"];

    [Fact]
    public void The_powershell_script_parses_and_has_the_verbs_of_the_shell_script()
    {
        ScriptBlockAst script =
            Parser.ParseFile(Path.Combine(Repository.Root, "build.ps1"), out _, out ParseError[] errors);
        Assert.Empty(errors);
        IEnumerable<string> accepted = script.ParamBlock.Parameters
            .SelectMany(parameter => parameter.Attributes).OfType<AttributeAst>()
            .Single(attribute => attribute.TypeName.Name == "ValidateSet")
            .PositionalArguments.OfType<StringConstantExpressionAst>().Select(value => value.Value);
        Assert.Equal(ShellVerbs(), accepted.Order());

        var choices = script.FindAll(node => node is SwitchStatementAst, searchNestedScriptBlocks: true)
            .Cast<SwitchStatementAst>().Single().Clauses
            .Select(clause => ((StringConstantExpressionAst)clause.Item1).Value);
        Assert.Equal(ShellVerbs(), choices.Order());
    }

    [Fact]
    public void The_shell_script_knows_the_verbs_that_its_help_tells()
    {
        Finished help = Repository.Run(Path.Combine(Repository.Root, "build.sh"), ["help"]);
        Assert.Equal(0, help.Code);
        Assert.Equal(Verbs, ShellVerbs());
        Assert.Equal(Verbs, Regex.Matches(help.Output, "^  ([a-z]+)   ", RegexOptions.Multiline)
            .Select(m => m.Groups[1].Value).Order());
    }

    [Theory]
    [InlineData("frobnicate", "no verb 'frobnicate'")]
    [InlineData("clean", "takes no arguments", "now")]
    [InlineData("test", "no tests of 'nothing'; choose one of: native Audio", "nothing")]
    [InlineData("test", "takes one room", "fitting", "training")]
    public void Wrong_words_are_refused_in_one_line(string verb, string sentence, params string[] rest)
    {
        Finished finished = Repository.Run(Path.Combine(Repository.Root, "build.sh"), [verb, .. rest]);
        Assert.Equal(1, finished.Code);
        Assert.Contains(sentence, Assert.Single(finished.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_tests_ends_with_those_that_failed_and_what_they_said()
    {
        const string Log = """
            === TEST RUN
                A.passes [PASS]
                  Output:
                    fine
                A.fails(name: "x") [FAIL]
                  Assert.Equal() Failure
                  Stack Trace:
                    at A.fails()
                B.passes [PASS]
               Finished
            """;
        string log = Path.GetTempFileName();
        try
        {
            File.WriteAllText(log, Log);
            string function = Regex.Match(
                File.ReadAllText(Path.Combine(Repository.Root, "build.sh")), @"^failures\(\) \{.*?^\}",
                RegexOptions.Multiline | RegexOptions.Singleline).Value;
            Finished finished = Repository.Run("bash", ["-c", function + "\nfailures \"$0\"", log]);
            Assert.Equal(0, finished.Code);
            Assert.Equal(string.Join('\n', Log.Split('\n')[4..8]) + "\n", finished.Output);
        }
        finally
        {
            File.Delete(log);
        }
    }

    private static IEnumerable<string> ShellVerbs()
    {
        string script = File.ReadAllText(Path.Combine(Repository.Root, "build.sh"));
        string choices = script[script.IndexOf("case $verb in", StringComparison.Ordinal)..];
        return Regex.Matches(choices, @"^    ([a-z| ]+)\)", RegexOptions.Multiline)
            .SelectMany(match => match.Groups[1].Value.Split('|', StringSplitOptions.TrimEntries)).Order();
    }
}
