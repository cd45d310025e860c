using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using Math4AI.Fitting.Linear;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Processes;
using Math4AI.Separation;
using Math4AI.Separation.Ica;
using Math4AI.Training;
using Math4AI.Training.Networks;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Math4AI.Benchmarks;

/// <summary>
/// Two processes of one thread that share the samples, in alternation with the same two that each do half of the
/// samples for themselves, started together: memory and clock are shared, so what differs is the price of the sums.
/// Each round is a pair, so that what else the machine does meets both; the medians of the rounds are given, and the
/// quartiles of their ratios. Beside them one process of one thread and one of two, with all samples. The figure is
/// that of one pass, and the passes are given: one that takes fewer has fewer to spread its beginning over, so that the
/// ratio of whole runs stands beside it, and that of the seconds of the processor, which another load moves less.
/// </summary>
internal static partial class Ranks
{
    private const string Worker = "worker";
    private const string Pairs = "pairs";
    private const int Rounds = 7;
    private const int PairRounds = 9;
    private static readonly string[] Tasks =
        ["fastica", "ml", "gradient", "logistic", "kmeans", "mixture", "mlp", "meeting", "transformer"];

    public static int Run(string[] words)
    {
        switch (words)
        {
            case [Worker, var task, var way]:
                Work(task, way);
                return 0;
            case ["network"]:
                return RanksNetwork.Run();
            case ["model"]:
                return RanksModel.Run();
            case ["peers", ..]:
                return Peers(words.Length > 1 ? words[1] : "/usr/bin/python3");
            default:
                break;
        }

        // 'two' leaves out the single processes, which have nothing to be compared with.
        bool isTwo = words is ["two", ..];
        Console.WriteLine("| pass of | one process, one thread | one, two threads | two, shared | two, unconnected "
            + "halves | unconnected / shared, quartiles | of whole runs | of their processor "
            + "| waited in sums | passes |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        string[] names = isTwo ? words[1..] : words;
        foreach (string name in names.Length > 0 ? names : Tasks)
        {
            (string one, string two) =
                isTwo ? ("", "") : (Milliseconds(Start(1, 1, name, "whole").Max()), Milliseconds(
                    Start(1, 2, name, "whole").Max()));
            Console.WriteLine($"| {name} | {one} | {two} | {OfPairs(name)} |");
        }

        return 0;
    }

    /// <summary>The figures of two processes, in alternation sharing the samples and each with half of them.</summary>
    private static string OfPairs(string task)
    {
        string output = Output(2, 1, task, Pairs, null);
        double[][] rounds =
        [
            .. Pair().Matches(output).GroupBy(match => match.Groups[1].Value).Select(round => new[]
            {
                round.Max(Second(2)), round.Max(Second(3)), round.Min(Second(4)), round.Max(Second(4)),
                round.Max(Second(5)), round.Max(Second(6)), round.Sum(Second(7)) / round.Sum(Second(8)),
            }),
        ];
        if (rounds.Length != PairRounds)
        {
            throw new InvalidOperationException($"two processes for {task} printed: {output}");
        }

        double[] ratios = [.. rounds.Select(round => round[0] / round[1]).Order()];
        double whole = rounds.Select(round => round[0] * round[4] / (round[1] * round[5])).Order()
            .ElementAt(PairRounds / 2);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Milliseconds(Median(1))} | {Milliseconds(Median(0))} | {ratios[PairRounds / 2]:0.000} "
            + $"({ratios[PairRounds / 4]:0.000} to {ratios[^(PairRounds / 4 + 1)]:0.000}) "
            + $"| {whole:0.000} | {Median(6):0.000} | {100.0 * Median(2):0.0} and {100.0 * Median(3):0.0} % "
            + $"| {Median(5)} and {Median(4)}");
        double Median(int figure) => rounds.Select(round => round[figure]).Order().ElementAt(PairRounds / 2);
        static Func<Match, double> Second(int group) =>
            match => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    private static string Milliseconds(double seconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds:0.00} ms");

    /// <summary>
    /// Two processes of one thread each, in alternation with two of Python's: NumPy with mpi4py, and PyTorch's
    /// DistributedDataParallel over gloo.
    /// </summary>
    private static int Peers(string python)
    {
        Console.WriteLine("| pass of, two processes of one thread | ours | peer | peer / ours |");
        Console.WriteLine("|---|---|---|---|");
        string script = Path.Combine(SeparationAgainstPeer.Root(), "benchmarks", "peers", "ranks.py");
        foreach ((string task, string[] sizes) in (IEnumerable<(string, string[])>)[
            ("gradient", ["1000000", "100"]), ("logistic", ["1000000", "100"]), ("mlp", ["512"]),
            ("transformer", ["32"])])
        {
            var ours = new List<double>();
            var peers = new List<double>();
            for (int round = 0; round < 3; round++)
            {
                ours.Add(Start(2, 1, task, "shared").Max());
                peers.Add(Start(2, 1, task, "shared", [python, script, task, .. sizes]).Max());
            }

            (double own, double other) = (ours.Order().ElementAt(1), peers.Order().ElementAt(1));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {task} | {1e3 * own:0.00} ms | {1e3 * other:0.00} ms | {other / own:0.00} |"));
        }

        return 0;
    }

    /// <summary>Starts processes together; returns the seconds that each took for a pass.</summary>
    /// <param name="processes">How many.</param>
    /// <param name="threads">The threads of each.</param>
    /// <param name="task">What they do.</param>
    /// <param name="way">Whether they share the samples.</param>
    /// <param name="command">Another command that does it; null for this program.</param>
    private static double[] Start(
        int processes, int threads, string task, string way, IReadOnlyList<string>? command = null)
    {
        string output = Output(processes, threads, task, way, command);
        double[] seconds =
        [
            // mpirun may end the line of one process behind that of another.
            .. Seconds().Matches(output)
                .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)),
        ];
        return seconds.Length == processes
            ? seconds
            : throw new InvalidOperationException($"{processes} processes for {task} printed: {output}");
    }

    private static string Output(
        int processes, int threads, string task, string way, IReadOnlyList<string>? command)
    {
        string self = Environment.ProcessPath!;
        command ??= [self, "ranks", Worker, task, way];
        var start = processes == 1
            ? new ProcessStartInfo(command[0], command.Skip(1))
            : new ProcessStartInfo("mpirun", ["--oversubscribe", "-n", $"{processes}", .. command]);
        start.RedirectStandardOutput = true;
        start.Environment["OPENBLAS_CORETYPE"] = Peer.Kernel;
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        start.Environment["OMP_NUM_THREADS"] = start.Environment["MATH4AI_THREADS"] = $"{threads}";

        // Under mpirun the output is a terminal, which .NET would greet.
        start.Environment["TERM"] = "dumb";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    private static void Work(string task, string way)
    {
        ProcessGroup group = ProcessGroup.Current;
        Func<Pass> pass = Of(task, 1, group);
        if (way != Pairs)
        {
            _ = pass();
            double least = Enumerable.Range(0, Rounds).Min(_ => pass().Seconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seconds {least:R}"));
            return;
        }

        Func<Pass> half = Of(task, group.Count, ProcessGroup.Single);
        _ = (half(), pass());
        for (int round = 0; round < PairRounds; round++)
        {
            group.Sum([0.0]);
            TimeSpan before = Environment.CpuUsage.TotalTime;
            Pass alone = half();
            TimeSpan between = Environment.CpuUsage.TotalTime;
            group.Sum([0.0]);
            (double waited, long start) = (group.SecondsWaited, Stopwatch.GetTimestamp());
            TimeSpan begin = Environment.CpuUsage.TotalTime;
            Pass shared = pass();
            double used = (Environment.CpuUsage.TotalTime - begin).TotalSeconds;
            waited = (group.SecondsWaited - waited) / Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: {alone.Seconds:R} {shared.Seconds:R} {waited:R} {alone.Count} {shared.Count} "
                + $"{(between - before).TotalSeconds:R} {used:R};"));
        }
    }

    /// <summary>What takes the seconds of one pass over a part of the samples, which processes may share.</summary>
    private static Func<Pass> Of(string task, int parts, ProcessGroup group) => task switch
    {
        "fastica" => Separation(FromAStart(), 4_800_000 / parts, group),
        "ml" => Separation(Separator.MaximumLikelihood(), 4_800_000 / parts, group),
        "gradient" => Gradient(1_000_000 / parts / group.Count, group),
        "logistic" => Logistic(1_000_000 / parts / group.Count, group),
        "kmeans" => KMeansSteps(1_000_000 / parts, group),
        "mixture" => MixtureSteps(400_000 / parts, group),
        "mlp" => PerceptronSteps(512 / parts, group),
        "meeting" => PerceptronSteps(512 / Math.Max(parts, group.Count), ProcessGroup.Single, group),
        "transformer" => TransformerSteps(32 / parts, group),
        _ => throw new ArgumentException($"There is no task '{task}': {string.Join(", ", Tasks)}."),
    };

    /// <summary>
    /// Five passes over all samples. Without a start the first ones go over a part of them, which is another part where
    /// there are half as many.
    /// </summary>
    private static Separator FromAStart() => Separator.FastIca(new FastIcaOptions
    {
        Start = Matrix<double>.Build.DenseIdentity(3),
        MaxIterations = 5,
        Tolerance = double.Epsilon,
    });

    private static Func<Pass> Separation(Separator separator, int samples, ProcessGroup group)
    {
        // Each process has the same samples in its share as where it has half of them for itself, and so as many steps.
        Matrix<double> half = Numbers(samples / group.Count, 3).PointwisePower(3.0);
        Matrix<double> sources = Enumerable.Repeat(half, group.Count).Aggregate((above, below) => above.Stack(below));
        Matrix<double> mixing = Numbers(3, 3) + Matrix<double>.Build.DenseIdentity(3);
        var source = new MatrixSampleSource(sources * mixing.Transpose()) { Processes = group };
        return () =>
        {
            SeparationResult result = separator.Separate(source);
            return new Pass(result.SecondsPerStage["solve"] / result.Iterations, result.Iterations);
        };
    }

    /// <summary>The gradient of a logistic cost, as a user writes it: Xᵀ (p − y), added over processes.</summary>
    private static Func<Pass> Gradient(int samples, ProcessGroup group)
    {
        Matrix<double> x = Numbers(samples, 100);
        Vector<double> w = Vector<double>.Build.Dense(100, j => 0.3 * Math.Cos(3.0 * j)), margin = x * w;
        Vector<double> y = margin.Map(f => f > 0.1 ? 1.0 : 0.0);
        double[] f = new double[samples], p = f.ToArray(), sums = new double[101];
        return Timed(() =>
        {
            x.Multiply(w, margin);
            TensorPrimitives.Sigmoid<double>(margin.AsArray(), p);
            TensorPrimitives.Subtract<double>(p, y.AsArray(), f);
            x.TransposeThisAndMultiply(Vector<double>.Build.Dense(f)).AsArray().CopyTo(sums, 0);
            sums[100] = TensorPrimitives.Sum<double>(f);
            group.Sum(sums);
            return 1;
        });
    }

    private static Func<Pass> Logistic(int samples, ProcessGroup group)
    {
        Matrix<double> x = Numbers(samples, 100);
        Vector<double> y = (x * Vector<double>.Build.Dense(100, j => 0.3 * Math.Cos(3.0 * j)))
            .Map(f => f > 0.1 ? 1.0 : 0.0);
        return () =>
        {
            LinearFit fit = new LogisticRegression { Processes = group }.Fit(x, y);
            return new Pass(fit.Seconds / fit.Passes, fit.Passes);
        };
    }

    private static Func<Pass> KMeansSteps(int samples, ProcessGroup group)
    {
        Matrix<double> x = Numbers(samples, 16);
        var means = new KMeans(64)
        {
            Start = x.SubMatrix(0, 64, 0, 16),
            MaxIterations = 20,
            Tolerance = 0.0,
            SinglePrecision = true,
        };
        return Timed(() => means.Fit(new MatrixSampleSource(x) { Processes = group }).Iterations);
    }

    private static Func<Pass> MixtureSteps(int samples, ProcessGroup group)
    {
        Matrix<double> x = Numbers(samples, 8);
        var mixture = new GaussianMixture(16) { MaxIterations = 20, Tolerance = 0.0, Starts = 1 };
        return Timed(() => mixture.Fit(new MatrixSampleSource(x) { Processes = group }).Iterations);
    }

    /// <param name="batch">The samples of a step, of all processes.</param>
    /// <param name="group">The processes that train together.</param>
    /// <param name="meeting">
    /// Processes that wait for each other after every step and add up nothing: what meeting alone costs.
    /// </param>
    private static Func<Pass> PerceptronSteps(int batch, ProcessGroup group, ProcessGroup? meeting = null)
    {
        using IDisposable mode = no_grad();
        return Steps(
            Trainer.Create(() => new Mlp(784, [2048, 2048], 10), seed: 1),
            (outputs, targets) => nn.functional.cross_entropy(outputs, targets),
            new TensorData(rand(2048, 784), randint(0, 10, 2048)),
            new TensorData(rand(16, 784), randint(0, 10, 16)), batch, group, meeting);
    }

    /// <summary>A model of texts of 128 symbols, 4 blocks of the width 256.</summary>
    private static Func<Pass> TransformerSteps(int batch, ProcessGroup group)
    {
        const int Symbols = 65, Length = 128;
        return Steps(
            Trainer.Create(() => new CharTransformer(Symbols, Length, layers: 4, heads: 4, width: 256), seed: 1),
            (outputs, targets) => nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten()),
            new TensorData(randint(0, Symbols, [512, Length]), randint(0, Symbols, [512, Length])),
            new TensorData(randint(0, Symbols, [2, Length]), randint(0, Symbols, [2, Length])), batch, group);
    }

    /// <summary>The seconds of a step, from the end of the first to that of the last.</summary>
    private static Func<Pass> Steps(
        nn.Module<Tensor, Tensor> net, Func<Tensor, Tensor, Tensor> loss, TensorData data, TensorData validation,
        int batch, ProcessGroup group, ProcessGroup? meeting = null) => () =>
    {
        const int Count = 7;
        var ends = new StepEnds(meeting);
        Trainer.Fit(net, loss, data, validation, new TrainerOptions
        {
            BatchSize = batch,
            Steps = Count,
            EvaluateEvery = Count,
            Processes = group,
            Callbacks = [ends],
        });
        return new Pass(Stopwatch.GetElapsedTime(ends.Of[0], ends.Of[^1]).TotalSeconds / (Count - 1), Count);
    };

    [GeneratedRegex(@"seconds ([0-9.]+(?:[eE]-?[0-9]+)?)")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"round ([0-9]+): (\S+) (\S+) (\S+) ([0-9]+) ([0-9]+) (\S+) (\S+);")]
    private static partial Regex Pair();

    /// <summary>The seconds of one pass, of so many that were timed.</summary>
    private readonly record struct Pass(double Seconds, int Count);

    private sealed class StepEnds(ProcessGroup? meeting) : TrainerCallback
    {
        public List<long> Of { get; } = [];

        public override void OnStep(TrainingMoment moment)
        {
            meeting?.Sum([0.0]);
            Of.Add(Stopwatch.GetTimestamp());
        }
    }

    private static Func<Pass> Timed(Func<int> iterations) => () =>
    {
        long start = Stopwatch.GetTimestamp();
        int passes = iterations();
        return new Pass(Stopwatch.GetElapsedTime(start).TotalSeconds / passes, passes);
    };

    /// <summary>Draws numbers between −1 and 1.</summary>
    private static Matrix<double> Numbers(int rows, int columns)
    {
        var random = new MersenneTwister(1, threadSafe: false);
        double[] values = random.NextDoubles(rows * columns);
        return Matrix<double>.Build.Dense(rows, columns, Array.ConvertAll(values, value => 2.0 * value - 1.0));
    }
}
