using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Math4AI.Tests.Build;

/// <summary>The programs of docs/examples compile against this library, run, and print what their pages show.</summary>
[CollectionDefinition(nameof(ExampleTests), DisableParallelization = true)]
[Trait("Runs", "alone")]
[Collection(nameof(ExampleTests))]
public class ExampleTests
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly string Docs = Path.Combine(Repository.Root, "docs");

    private static readonly Lazy<MetadataReference[]> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path))]);

    public static TheoryData<string> Examples => [.. Directory.GetFiles(Path.Combine(Docs, "examples"), "*.cs")
        .Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_runs_and_is_shown_on_a_page(string example)
    {
        string source = File.ReadAllText(Path.Combine(Docs, "examples", example));
        string page = Assert.Single(
            Directory.GetFiles(Docs, "*.md").Select(File.ReadAllText),
            text => text.Contains($"dotnet run docs/examples/{example}", StringComparison.Ordinal));
        string code = source[source.IndexOf("using ", StringComparison.Ordinal)..];
        Assert.Contains($"```csharp\n{code}```\n", page, StringComparison.Ordinal);
        Assert.NotEmpty(Run(source));
    }

    [Fact]
    public void One_example_runs_as_the_pages_say()
    {
        Finished run = Repository.Run("dotnet", ["run", "docs/examples/solve.cs"], Repository.Root);
        Assert.True(run.Code == 0, run.Output + run.Errors);
        Assert.Contains("condition number", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Compiles a program, and fails where it has errors.</summary>
    /// <returns>The assembly.</returns>
    internal static MemoryStream Compile(string source)
    {
        // A line with #: is for 'dotnet run'.
        string code = Regex.Replace(source, "^#:.*$", string.Empty, RegexOptions.Multiline);
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create(
            $"Example{Guid.NewGuid():N}",
            [CSharpSyntaxTree.ParseText(Usings, options), CSharpSyntaxTree.ParseText(code, options)],
            References.Value,
            new CSharpCompilationOptions(
                OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        var image = new MemoryStream();
        Assert.Empty(
            compilation.Emit(image).Diagnostics.Where(problem => problem.Severity == DiagnosticSeverity.Error));
        image.Position = 0;
        return image;
    }

    /// <summary>Compiles a program and runs it here.</summary>
    /// <returns>What it printed.</returns>
    private static string Run(string source)
    {
        using MemoryStream image = Compile(source);
        MethodInfo main = AssemblyLoadContext.Default.LoadFromStream(image).EntryPoint!;
        TextWriter screen = Console.Out;
        using var printed = new StringWriter();
        Console.SetOut(printed);
        try
        {
            main.Invoke(null, [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(screen);
        }

        return printed.ToString();
    }
}
