using System.Diagnostics;
using System.Globalization;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// What the first product of a program costs, in processor time and memory: this library against a C program that opens
/// libtorch and calls <c>dgemm_</c>, and against a .NET program that does nothing, each a process of its own, in turn.
/// </summary>
internal static class FirstProduct
{
    private const int Order = 200;
    private const int Rounds = 10;

    public static int Run(string[] arguments)
    {
        switch (arguments)
        {
            case ["nothing"]:
                return Report();
            case ["product"]:
                _ = Multiply();
                return Report();
        }

        string self = Environment.ProcessPath!;
        string c = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "native", "release", "first_product");
        string libtorch = Path.Combine(AppContext.BaseDirectory, "libtorch_cpu.so");
        (string Name, string[] Command)[] programs =
        [
            ("C, libtorch and dgemm_", [c, libtorch]),
            ("A * B, this library", [self, "first", "product"]),
            ("a .NET program, nothing", [self, "first", "nothing"]),
        ];
        var figures = programs.Select(_ => new List<(double Seconds, double Megabytes)>()).ToArray();
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < programs.Length; i++)
            {
                figures[i].Add(Measure(programs[i].Command));
            }
        }

        Console.WriteLine($"{Compute.Processor}; the least of {Rounds} runs, {Order} × {Order} float64");
        for (int i = 0; i < programs.Length; i++)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{programs[i].Name,-24} {figures[i].Min(figure => figure.Seconds):0.000} s of CPU, "
                + $"{figures[i].Min(figure => figure.Megabytes):0} MB"));
        }

        return 0;
    }

    private static double Multiply()
    {
        _ = Compute.Provider;
        Matrix<double> a = Matrix<double>.Build.Dense(Order, Order, 0.5);
        return (a * a)[0, 0];
    }

    private static int Report()
    {
        string peak =
            File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        long kilobytes =
            long.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
        double seconds = Environment.CpuUsage.TotalTime.TotalSeconds;
        Console.WriteLine(FormattableString.Invariant($"{seconds:0.000} {kilobytes / 1024}"));
        return 0;
    }

    private static (double Seconds, double Megabytes) Measure(string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
        })!;
        string[] words = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return process.ExitCode == 0
            ? (double.Parse(words[0], CultureInfo.InvariantCulture),
                double.Parse(words[1], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"{command[0]} failed.");
    }
}
