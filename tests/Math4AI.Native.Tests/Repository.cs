using System.Diagnostics;

namespace Math4AI.Tests;

/// <summary>
/// Where things are: the repository that these tests were built from, the data, and the built command.
/// </summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Lets a command compute with one thread: two tests run at a time, and threads that wait for one another where
    /// there are fewer processors than threads take several times as long.
    /// </summary>
    public static (string Name, string? Value)[] OneThread { get; } =
        [("OMP_NUM_THREADS", "1"), ("MATH4AI_THREADS", "1")];

    public static string Command { get; } = Path.Combine(Root, "artifacts", "bin", "Math4AI.Cli", "release", "math4ai");

    /// <summary>A file of the real data with published truth; skips the test where the data are not there.</summary>
    public static string Data(params string[] names)
    {
        string folder = Environment.GetEnvironmentVariable("MATH4AI_DATA") is { Length: > 0 } set
            ? set
            : Path.Combine(Root, "..", "shared", "data");
        Assert.SkipUnless(Directory.Exists(folder), $"The test data are not there: {folder} (set MATH4AI_DATA).");
        return Path.Combine([folder, .. names]);
    }

    /// <summary>
    /// A small input that people reported about, with a known answer; skips the test where these are not there.
    /// </summary>
    public static string Cases(params string[] names)
    {
        string folder = Environment.GetEnvironmentVariable("MATH4AI_CASES") is { Length: > 0 } set
            ? set
            : Path.Combine(Root, "..", "shared", "cases");
        Assert.SkipUnless(Directory.Exists(folder), $"The cases are not there: {folder} (set MATH4AI_CASES).");
        return Path.Combine([folder, .. names]);
    }

    /// <summary>
    /// Lets the command carry out a command line without standard input, in a process that other tests use too: what a
    /// verb computes, writes and says. What a test proves of the process itself needs <see cref="Run(string, string[],
    /// string, ValueTuple{string, string}[])"/>: its start and end, signals, pipes, memory, limits, libraries.
    /// </summary>
    public static Finished Ask(string[] arguments, params (string Name, string? Value)[] environment) =>
        Ask(arguments, Path.GetTempPath(), environment);

    public static Finished Ask(
        string[] arguments, string folder, params (string Name, string? Value)[] environment) =>
        WarmCommand.Run(arguments, folder, environment);

    /// <summary>Runs a program to its end.</summary>
    public static Finished Run(string program, string[] arguments, params (string Name, string? Value)[] environment) =>
        Run(program, arguments, Path.GetTempPath(), environment);

    public static Finished Run(
        string program, string[] arguments, string folder, params (string Name, string? Value)[] environment)
    {
        using Process process = Start(program, arguments, folder, environment);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new Finished(process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>Starts a program whose input, output and errors the test holds.</summary>
    public static Process Start(
        string program, string[] arguments, string folder, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Math4AI.Native.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder
            ?? throw new InvalidOperationException("The tests do not stand in a repository of Math4AI.Native.");
    }
}

/// <summary>How a program ended and what it said.</summary>
internal sealed record Finished(int Code, string Output, string Errors);
