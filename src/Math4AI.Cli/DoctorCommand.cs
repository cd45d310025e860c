using System.CommandLine;
using System.Globalization;
using Math4AI.Runtime;
using Spectre.Console;

namespace Math4AI.Cli;

/// <summary><c>math4ai doctor</c>: says what is loaded, whether it works, and how fast it is.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> NoSpeed = new("--no-speed")
    {
        Description = "Do not measure the speed, which takes most of the time.",
    };

    public static Command Create()
    {
        var command = new Command(
            "doctor",
            "Check the native libraries step by step, test that they calculate, and measure their speed.\n\nExamples:\n"
            + "  math4ai doctor\n"
            + "  math4ai doctor --json --no-speed")
        {
            NoSpeed,
            CommonOptions.Json,
        };
        command.SetAction(words =>
        {
            DoctorSummary summary = DoctorSummary.Examine(withSpeed: !words.GetValue(NoSpeed));
            if (words.GetValue(CommonOptions.Json))
            {
                Console.Out.WriteLine(CliJson.Text(summary));
            }
            else
            {
                Print(summary);
            }

            return summary.Ok ? 0 : 1;
        });
        return command;
    }

    private static void Print(DoctorSummary summary)
    {
        Table checks =
            new Table().Border(TableBorder.Simple).AddColumn(string.Empty).AddColumn("check").AddColumn("finding");
        foreach (DoctorCheck check in summary.Checks)
        {
            string finding = check.Ok ? check.Detail : $"{check.Detail}. {check.Remedy}";
            checks.AddRow(check.Ok ? "[green]✓[/]" : "[red]✗[/]", Markup.Escape(check.Name), Markup.Escape(finding));
        }

        AnsiConsole.Write(checks);
        Table facts =
            new Table().Border(TableBorder.Simple).HideHeaders().AddColumn(string.Empty).AddColumn(string.Empty);
        foreach (NativeLibraryInfo library in Compute.Libraries)
        {
            facts.AddRow(Markup.Escape(library.Name), Markup.Escape(library.Version));
        }

        facts.AddRow("processor", Markup.Escape(summary.Processor));
        facts.AddRow("instructions", Markup.Escape(summary.InstructionSet));
        facts.AddRow("threads", summary.Threads.ToString(CultureInfo.InvariantCulture));
        facts.AddRow("linear algebra", Markup.Escape(summary.Provider));
        AddSpeed("dgemm, 1024", summary.DgemmGflops);
        AddSpeed("sgemm, 1024", summary.SgemmGflops);
        foreach (string advice in summary.SpeedAdvice)
        {
            facts.AddRow("to be faster", Markup.Escape(advice));
        }

        AnsiConsole.Write(facts);

        void AddSpeed(string name, double? gflops)
        {
            if (gflops is { } speed)
            {
                facts.AddRow(name, $"{speed.ToString("0", CultureInfo.InvariantCulture)} GFLOP/s");
            }
        }
    }
}
