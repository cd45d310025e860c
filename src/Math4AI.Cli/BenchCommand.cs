using System.CommandLine;
using System.Globalization;
using Math4AI.Runtime;
using Spectre.Console;

namespace Math4AI.Cli;

/// <summary><c>math4ai bench</c>: measures the speedup of the native path on the user's machine.</summary>
internal static class BenchCommand
{
    private const int MaxOrder = 32_768;
    private const int MaxLength = 1 << 26;
    private const int BarWidth = 7;

    public static Command Create()
    {
        var operation = new Argument<string>("OPERATION")
        {
            Description = "gemm, solve, svd, eigen, fft, or all.",
            DefaultValueFactory = _ => "all",
        };
        Option<int[]?> sizes =
            CommonOptions.Integers("--sizes", "Orders of the matrices, or lengths of the transforms.");
        var command = new Command(
            "bench",
            "Measure managed against native linear algebra on this machine.\n\nExamples:\n"
            + "  math4ai bench\n"
            + "  math4ai bench svd --sizes 64,512")
        {
            operation, sizes, CommonOptions.Json,
        };
        command.SetAction(words => Run(
            words.GetValue(operation)!,
            words.GetValue(sizes) is { Length: > 0 } given ? given : null,
            words.GetValue(CommonOptions.Json)));
        return command;
    }

    private static int Run(string operation, int[]? sizes, bool isJson)
    {
        if (operation != "all" && !PathBenchmark.Operations.Contains(operation))
        {
            throw new UsageException(
                $"There is no operation '{operation}'; choose one of: "
                + $"{string.Join(", ", PathBenchmark.Operations)}, all.");
        }

        int max = operation == "fft" ? MaxLength : MaxOrder;
        if (sizes?.Any(size => size < 1 || size > max) == true)
        {
            throw new UsageException($"--sizes takes whole numbers from 1 to {max} for {operation}.");
        }

        IEnumerable<PathBenchmarkResult> results = (operation == "all" ? PathBenchmark.Operations : [operation])
            .SelectMany(name => PathBenchmark.Run(name, sizes));
        if (isJson)
        {
            Console.Out.WriteLine(CliJson.Text(results.ToArray()));
        }
        else
        {
            Print(results);
        }

        return 0;
    }

    private static void Print(IEnumerable<PathBenchmarkResult> results)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string title
            in new[] { "operation", "size", "managed", "native", "speedup", "GFLOP/s", "share of peak" })
        {
            table.AddColumn(title);
        }

        double peak = 0.0;
        foreach (PathBenchmarkResult row in results)
        {
            peak = Math.Max(peak, row.PeakGflops);
            string bar = new('█', (int)Math.Round(BarWidth * Math.Min(1.0, row.ShareOfPeak)));
            table.AddRow(
                row.Operation,
                row.Size.ToString(CultureInfo.InvariantCulture),
                Duration(row.ManagedSeconds),
                Duration(row.NativeSeconds),
                row.Speedup.ToString("0.0", CultureInfo.InvariantCulture) + "×",
                row.NativeGflops.ToString("0.0", CultureInfo.InvariantCulture),
                $"{100 * row.ShareOfPeak,3:0} % {bar}");
        }

        AnsiConsole.Write(table);
        string bound = PeakSpeed.BoundGflops is { } limit
            ? "; by its clock and vectors the processor does at most "
                + $"{limit.ToString("0", CultureInfo.InvariantCulture)}"
            : string.Empty;
        AnsiConsole.WriteLine(
            "The peak is the fastest product of this run, of order 1024 as a rule: "
            + $"{peak.ToString("0", CultureInfo.InvariantCulture)} GFLOP/s{bound}.");
    }

    private static string Duration(double seconds) => seconds switch
    {
        < 1e-3 => (1e6 * seconds).ToString("0.0", CultureInfo.InvariantCulture) + " µs",
        < 1.0 => (1e3 * seconds).ToString("0.0", CultureInfo.InvariantCulture) + " ms",
        _ => seconds.ToString("0.00", CultureInfo.InvariantCulture) + " s",
    };
}
