using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.InteropServices;
using Math4AI.Runtime;

namespace Math4AI.Cli;

/// <summary><c>math4ai --version</c>: the version and commit of the command, and those of what it runs on.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    /// <summary>Gets the number of the version.</summary>
    public static string Number => Informational.Split('+')[0];

    private static string Informational { get; } = typeof(VersionAction).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Prints the first line, then one for each native library.</summary>
    public override int Invoke(ParseResult parseResult)
    {
        string[] parts = Informational.Split('+');
        string commit = parts.Length > 1 ? $", commit {parts[1][..Math.Min(12, parts[1].Length)]}" : string.Empty;
        Console.Out.WriteLine($"math4ai {Number}{commit}");
        Console.Out.WriteLine($"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}");
        foreach (NativeLibraryInfo library in Compute.Libraries)
        {
            Console.Out.WriteLine($"{library.Name}: {library.Version}");
        }

        return 0;
    }
}
