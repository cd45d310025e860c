using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Math4AI.Benchmarks;

/// <summary>
/// Rows of a table that compares this library with a script of benchmarks/peers: seconds of the processor over all
/// threads, seconds of the wall, and the answers of both, in rounds that alternate.
/// </summary>
internal static class PeerTable
{
    private const int Rounds = 3;

    /// <summary>Prints the head of a table.</summary>
    /// <param name="peer">The peer's name.</param>
    public static void Begin(string peer)
    {
        Console.WriteLine($"| work | samples × inputs | ours, s (all threads; wall) | {peer}, s (all threads; wall) | "
            + $"times | answers: ours, {peer} |");
        Console.WriteLine("|---|---|---|---|---|---|");
    }

    /// <summary>Measures both and prints a row.</summary>
    /// <param name="work">The work, as the script calls it.</param>
    /// <param name="size">The size of the data, for the table.</param>
    /// <param name="ours">Does the work and returns figures that the peer also gives.</param>
    /// <param name="python">The Python that has the peer's packages.</param>
    /// <param name="script">The script.</param>
    /// <param name="file">The data.</param>
    /// <param name="measure">
    /// Measures what both left, outside of the times; null where the works give figures themselves.
    /// </param>
    public static void Compare(
        string work, string size, Func<double[]> ours, string python, string script, string file,
        Func<double[]>? measure = null)
    {
        var rounds = new List<(double Ours, double OurWall, double Peer, double PeerWall)>();
        string answers = string.Empty;
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
            long start = Stopwatch.GetTimestamp();
            double[] answer = ours();
            double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double all = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds;
            JsonElement peer = Ask(python, script, work, file);
            rounds.Add((all, wall, peer.GetProperty("processor").GetDouble(), peer.GetProperty("wall").GetDouble()));
            answers = $"{Text(answer)}; "
                + $"{Text([.. peer.GetProperty("answer").EnumerateArray().Select(value => value.GetDouble())])}";
            answers = measure is null ? answers : Text(measure());
        }

        double Median(Func<(double Ours, double OurWall, double Peer, double PeerWall), double> of) =>
            rounds.Select(of).Order().ElementAt(Rounds / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {work} | {size} | {Median(r => r.Ours):0.00}; {Median(r => r.OurWall):0.00} | "
            + $"{Median(r => r.Peer):0.00}; {Median(r => r.PeerWall):0.00} | {Median(r => r.Peer / r.Ours):0.0} | "
            + $"{answers} |"));
    }

    private static JsonElement Ask(string python, string script, string work, string file)
    {
        using Process process = Peer.Start(python, script, [work, file]);
        return JsonDocument.Parse(process.StandardOutput.ReadToEnd()).RootElement.Clone();
    }

    private static string Text(double[] values) =>
        string.Join(" ", values.Take(3).Select(value => value.ToString("G7", CultureInfo.InvariantCulture)));
}
