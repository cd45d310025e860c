using System.Diagnostics.CodeAnalysis;
using System.IO.Pipes;
using System.Reflection;
using System.Runtime.InteropServices;
using Math4AI.Tests;

/// <summary>
/// What .NET calls in the built command before <c>Main</c>, where <c>DOTNET_STARTUP_HOOKS</c> names this assembly: it
/// calls <c>Main</c> once for each request, and the process ends where no more come. See <see cref="WarmCommand"/>.
/// </summary>
[SuppressMessage("Design", "CA1050", Justification = "This is the name that .NET looks for.")]
internal static partial class StartupHook
{
    /// <summary>An unhandled exception ends a process by SIGABRT.</summary>
    private const int Aborted = 134;

    public static void Initialize()
    {
        string name = Environment.GetEnvironmentVariable(WarmCommand.Requests)!;
        Environment.SetEnvironmentVariable(WarmCommand.Requests, null);
        Environment.SetEnvironmentVariable(WarmCommand.Hooks, null);
        Assembly command = Assembly.GetEntryAssembly()!;
        var main = command.EntryPoint!.CreateDelegate<Func<string[], int>>();
        FieldInfo wordsOfProcess = typeof(Environment).GetField(
            "s_commandLineArgs", BindingFlags.Static | BindingFlags.NonPublic)!;
        string program = Environment.GetCommandLineArgs()[0];

        using var pipe = new NamedPipeClientStream(".", name, PipeDirection.InOut);
        pipe.Connect();
        using var reader = new BinaryReader(pipe);
        using var writer = new BinaryWriter(pipe);
        using Stream output = Console.OpenStandardOutput();
        using Stream errors = Console.OpenStandardError();
        while (Next(reader) is { } count)
        {
            byte[] end = reader.ReadBytes(WarmCommand.EndLength);
            Environment.CurrentDirectory = reader.ReadString();
            string[] words = [.. Enumerable.Range(0, count).Select(_ => reader.ReadString())];
            wordsOfProcess.SetValue(null, (string[])[program, .. words]);
            int code = Call(main, words);
            _ = Flush(0);
            output.Write(end);
            errors.Write(end);
            writer.Write(code);
        }

        Environment.Exit(0);
    }

    /// <summary>Waits for the next request and returns how many words it has; null where none comes any more.</summary>
    private static int? Next(BinaryReader reader)
    {
        try
        {
            return reader.ReadInt32();
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    private static int Call(Func<string[], int> main, string[] words)
    {
        try
        {
            return main(words);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"Unhandled exception. {e}");
            return Aborted;
        }
    }

    // What native code has printed: fflush of no file in particular is that of all.
    [LibraryImport("libc", EntryPoint = "fflush")]
    private static partial int Flush(nint file);
}
