using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Math4AI.Runtime;

namespace Math4AI.Tests.Build;

/// <summary>The pages of docs: their code compiles, their commands exist, and their site has no dead links.</summary>
public class PageTests : TemporaryFolder
{
    public static TheoryData<string> Pages => [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md")
        .Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_of_code_on_a_page_is_a_program_that_compiles(string page)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs", page));
        Assert.All(
            Regex.Matches(text, "```csharp\n(.*?)```", RegexOptions.Singleline),
            block => ExampleTests.Compile(block.Groups[1].Value).Dispose());
    }

    [Fact]
    public void The_verbs_and_options_of_every_command_on_the_pages_exist()
    {
        Finished manual = Repository.Ask(["manual"]);
        Assert.Equal(0, manual.Code);
        Dictionary<string, string> verbs = Regex
            .Split(manual.Output.Replace("\\-", "-"), "^\\.SH ", RegexOptions.Multiline)
            .GroupBy(part => part[..part.IndexOf('\n')].Trim('"').ToLowerInvariant())
            .ToDictionary(group => group.Key, group => string.Concat(group));
        string[] commands = [.. Texts().SelectMany(Commands)];
        Assert.NotEmpty(commands);
        Assert.All(commands, command =>
        {
            Match words = Regex.Match(command, "^math4ai ([a-z]+)(.*)");
            Assert.True(verbs.TryGetValue(words.Groups[1].Value, out string? known), command);
            Assert.All(Regex.Matches(words.Groups[2].Value, " (--[a-z-]+)"), option =>
                Assert.Contains(option.Groups[1].Value, known + " --help --threads", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void The_site_has_the_pages_the_reference_and_a_search_and_no_dead_link()
    {
        string bin = Path.Combine(Repository.Root, "artifacts", "bin");
        Finished made = Repository.Run(
            Path.Combine(bin, "Math4AI.Site", "release", "Math4AI.Site"),
            [Repository.Root, Path.Combine(bin, "Math4AI.Cli", "release"), In("site")]);
        Assert.True(made.Code == 0, made.Errors);
        string type = File.ReadAllText(Path.Combine(In("site"), "api-Math4AI.Fitting.FitProblem.html"));
        Assert.Contains("example-fit.cs.html", type, StringComparison.Ordinal);
        Assert.DoesNotContain("EqualityContract", type, StringComparison.Ordinal);
        string index = File.ReadAllText(Path.Combine(In("site"), "index.js"));
        Assert.Contains("deployment.html#containers", index, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(In("site"), "distances.png")));
    }

    [Fact]
    public void The_documentation_that_is_packed_has_what_can_be_used_from_outside_and_nothing_else()
    {
        string bin = Path.Combine(Repository.Root, "artifacts", "bin");
        string assemblies = Path.Combine(bin, "Math4AI.Cli", "release");
        File.Copy(Path.Combine(assemblies, "Math4AI.Native.xml"), In("Math4AI.Native.xml"));
        Finished made = Repository.Run(
            Path.Combine(bin, "Math4AI.Site", "release", "Math4AI.Site"),
            ["public", assemblies, In("Math4AI.Native.xml")]);
        Assert.True(made.Code == 0, made.Errors);
        string[] kept = [.. XDocument.Load(In("Math4AI.Native.xml")).Descendants("member")
            .Select(member => member.Attribute("name")!.Value)];
        HashSet<string> seen = [.. typeof(Compute).Assembly.GetExportedTypes().SelectMany(SeenFromOutside)];
        Assert.Empty(kept.Select(NameAlone).Except(seen));
        // Every public type that we wrote has a comment; and an overload that is internal has none.
        Assert.Empty(seen.Where(name => name.StartsWith("T:", StringComparison.Ordinal)).Except(kept));
        Assert.Equal(kept.Length, kept.Distinct().Count());
    }

    // The identifiers of a type and of what can be called of it, without parameters.
    private static IEnumerable<string> SeenFromOutside(Type type)
    {
        string name = type.FullName!.Replace('+', '.');
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
            | BindingFlags.Static | BindingFlags.DeclaredOnly;
        return type.GetMembers(All).Where(IsSeen).Select(member =>
            $"{(member is FieldInfo ? 'F' : member is PropertyInfo ? 'P' : member is EventInfo ? 'E' : 'M')}:{name}."
                + member.Name.Replace('.', '#')).Prepend($"T:{name}");
    }

    private static bool IsSeen(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsSeen),
        EventInfo happening => IsSeen(happening.AddMethod!),
        _ => false,
    };

    private static string NameAlone(string identifier) =>
        Regex.Replace(identifier, @"(``\d+)?(\(.*)?(~.*)?$", string.Empty);

    private static IEnumerable<string> Texts() =>
        Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md")
            .Append(Path.Combine(Repository.Root, "README.md")).Select(File.ReadAllText);

    // The lines of blocks for a shell that call the command, each up to a pipe or a comment.
    private static IEnumerable<string> Commands(string page) =>
        Regex.Matches(page, "```sh\n(.*?)```", RegexOptions.Singleline)
            .SelectMany(block => block.Groups[1].Value.Replace("\\\n", " ").Split('\n', '|', '('))
            .Select(line => line.Split('#')[0].Trim())
            .Where(line => Regex.IsMatch(line, "^math4ai [a-z]"))
            .Select(line => Regex.Replace(line, "\"[^\"]*\"", "\"\""));
}
