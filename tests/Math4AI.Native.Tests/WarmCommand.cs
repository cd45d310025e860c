using System.Diagnostics;
using System.IO.Pipes;
using System.Text;

namespace Math4AI.Tests;

/// <summary>
/// A process of the built command that carries out one command line after the other. To start, to load libraries and to
/// compile takes most of the time of a short command line; here that happens once for many tests.
/// <see cref="StartupHook"/> is the other side; <c>WarmCommandTests</c> compares it with processes of their own.
/// </summary>
internal sealed class WarmCommand : IDisposable
{
    public const string Hooks = "DOTNET_STARTUP_HOOKS";
    public const string Requests = "MATH4AI_TESTS_REQUESTS";
    public const int EndLength = 17;

    /// <summary>After so many command lines a new process begins; what they leave in memory does not add up.</summary>
    private const int MostRequests = 40;

    private const int MostIdle = 3;

    private static readonly List<WarmCommand> Idle = [];

    private readonly string environment;
    private readonly NamedPipeServerStream pipe;
    private readonly Process process;
    private int requests;

    private WarmCommand((string Name, string? Value)[] variables)
    {
        environment = Key(variables);
        string name = $"math4ai-tests-{Guid.NewGuid():N}";
        pipe = new NamedPipeServerStream(name);
        process = Repository.Start(
            Repository.Command, [], Path.GetTempPath(),
            [.. variables, (Requests, name), (Hooks, typeof(WarmCommand).Assembly.Location)]);
        process.StandardInput.Close();
        pipe.WaitForConnection();
    }

    /// <summary>Lets a process that has the variables carry out a command line.</summary>
    public static Finished Run(string[] words, string folder, (string Name, string? Value)[] variables)
    {
        WarmCommand command = Take(variables);
        Finished? finished = null;
        try
        {
            finished = command.Answer(words, folder);
        }
        finally
        {
            // The number of threads stays what a command line has made it, unless that was refused.
            const int WrongUsage = 2;
            bool isSame = finished?.Code == WrongUsage
                || !words.Any(word => word.StartsWith("--threads", StringComparison.Ordinal));
            Leave(command, finished is not null && isSame && ++command.requests < MostRequests);
        }

        return finished;
    }

    public void Dispose()
    {
        pipe.Dispose();
        process.Dispose();
    }

    private static string Key((string Name, string? Value)[] variables) =>
        string.Join('\0', variables.Select(variable => $"{variable.Name}={variable.Value}").Order());

    private static WarmCommand Take((string Name, string? Value)[] variables)
    {
        string key = Key(variables);
        lock (Idle)
        {
            int index = Idle.FindLastIndex(command => command.environment == key);
            if (index >= 0)
            {
                WarmCommand command = Idle[index];
                Idle.RemoveAt(index);
                return command;
            }
        }

        return new WarmCommand(variables);
    }

    private static void Leave(WarmCommand command, bool isReusable)
    {
        WarmCommand? leaves = command;
        if (isReusable)
        {
            lock (Idle)
            {
                Idle.Add(command);
                leaves = Idle.Count > MostIdle ? Idle[0] : null;
                _ = leaves is null || Idle.Remove(leaves);
            }
        }

        leaves?.Dispose();
    }

    private Finished Answer(string[] words, string folder)
    {
        // No text of the command has a zero in it.
        byte[] end = [0, .. Guid.NewGuid().ToByteArray()];
        Task<string> output = ReadTo(end, process.StandardOutput);
        Task<string> errors = ReadTo(end, process.StandardError);
        using var request = new MemoryStream();
        using var writer = new BinaryWriter(request);
        writer.Write(words.Length);
        writer.Write(end);
        writer.Write(folder);
        Array.ForEach(words, writer.Write);
        pipe.Write(request.ToArray());
        Task.WaitAll(output, errors);
        byte[] code = new byte[sizeof(int)];
        if (pipe.ReadAtLeast(code, code.Length, throwOnEndOfStream: false) == code.Length)
        {
            return new Finished(BitConverter.ToInt32(code), output.Result, errors.Result);
        }

        // It has ended, as a process of its own can: what it has said until then is its answer.
        process.WaitForExit();
        requests = MostRequests;
        return new Finished(process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>Reads up to a mark, or to the end where the process ends without it.</summary>
    private static async Task<string> ReadTo(byte[] end, StreamReader stream)
    {
        using var all = new MemoryStream();
        byte[] some = new byte[1 << 16];
        int count;
        while (!all.GetBuffer().AsSpan(0, (int)all.Length).EndsWith(end)
            && (count = await stream.BaseStream.ReadAsync(some).ConfigureAwait(false)) > 0)
        {
            all.Write(some, 0, count);
        }

        ReadOnlySpan<byte> said = all.GetBuffer().AsSpan(0, (int)all.Length);
        return Encoding.UTF8.GetString(said.EndsWith(end) ? said[..^end.Length] : said);
    }
}
