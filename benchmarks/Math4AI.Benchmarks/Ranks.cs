using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Text.RegularExpressions;
using Math4AI.Fitting.Linear;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Processes;
using Math4AI.Separation;
using Math4AI.Training;
using Math4AI.Training.Networks;
using Math4AI.Unsupervised.Clusters;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Math4AI.Benchmarks;

/// <summary>
/// Two processes of one thread that share the samples, beside two unconnected ones of half of the samples each, started
/// together: memory and clock are shared, so what differs is the price of the sums. Beside them one process of one
/// thread and one of two, with all samples. The figure is that of one pass, so that the number of passes does not
/// count.
/// </summary>
internal static partial class Ranks
{
    private const string Worker = "worker";
    private const int Rounds = 7;
    private static readonly string[] Tasks =
        ["fastica", "ml", "gradient", "logistic", "kmeans", "mixture", "mlp", "transformer"];

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

        Console.WriteLine("| pass of | one process, one thread | one, two threads | two, shared | two, unconnected "
            + "halves | unconnected / shared |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (string name in words.Length > 0 ? words : Tasks)
        {
            double[] one = Start(1, 1, name, "whole"), two = Start(1, 2, name, "whole");
            double[] shared = Start(2, 1, name, "shared"), halves = Start(2, 1, name, "half");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {1e3 * one.Max():0.00} ms | {1e3 * two.Max():0.00} ms | {1e3 * shared.Max():0.00} ms "
                + $"| {1e3 * halves.Max():0.00} ms | {halves.Max() / shared.Max():0.000} |"));
        }

        return 0;
    }

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
        if (way == "half")
        {
            start.Environment["MATH4AI_MPI"] = "none";
        }

        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
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

    private static void Work(string task, string way)
    {
        ProcessGroup group = ProcessGroup.Current;
        int parts = way == "half" ? 2 : 1;
        Func<double> pass = task switch
        {
            "fastica" => Separation(Separator.FastIca(), 4_800_000 / parts, group),
            "ml" => Separation(Separator.MaximumLikelihood(), 4_800_000 / parts, group),
            "gradient" => Gradient(1_000_000 / (way == "shared" ? group.Count : parts), group),
            "logistic" => Logistic(1_000_000 / (way == "shared" ? group.Count : parts), group),
            "kmeans" => KMeansSteps(1_000_000 / parts, group),
            "mixture" => MixtureSteps(400_000 / parts, group),
            "mlp" => PerceptronSteps(512 / parts, group),
            "transformer" => TransformerSteps(32 / parts, group),
            _ => throw new ArgumentException($"There is no task '{task}': {string.Join(", ", Tasks)}."),
        };
        _ = pass();
        double least = Enumerable.Range(0, Rounds).Min(_ => pass());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seconds {least:R}"));
    }

    private static Func<double> Separation(Separator separator, int samples, ProcessGroup group)
    {
        Matrix<double> sources = Numbers(samples, 3).PointwisePower(3.0);
        Matrix<double> mixing = Numbers(3, 3) + Matrix<double>.Build.DenseIdentity(3);
        var source = new MatrixSampleSource(sources * mixing.Transpose()) { Processes = group };
        return () =>
        {
            SeparationResult result = separator.Separate(source);
            return result.SecondsPerStage["solve"] / result.Iterations;
        };
    }

    /// <summary>The gradient of a logistic cost, as a user writes it: Xᵀ (p − y), added over processes.</summary>
    private static Func<double> Gradient(int samples, ProcessGroup group)
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

    private static Func<double> Logistic(int samples, ProcessGroup group)
    {
        Matrix<double> x = Numbers(samples, 100);
        Vector<double> y = (x * Vector<double>.Build.Dense(100, j => 0.3 * Math.Cos(3.0 * j)))
            .Map(f => f > 0.1 ? 1.0 : 0.0);
        return () =>
        {
            LinearFit fit = new LogisticRegression { Processes = group }.Fit(x, y);
            return fit.Seconds / fit.Passes;
        };
    }

    private static Func<double> KMeansSteps(int samples, ProcessGroup group)
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

    private static Func<double> MixtureSteps(int samples, ProcessGroup group)
    {
        Matrix<double> x = Numbers(samples, 8);
        var mixture = new GaussianMixture(16) { MaxIterations = 20, Tolerance = 0.0, Starts = 1 };
        return Timed(() => mixture.Fit(new MatrixSampleSource(x) { Processes = group }).Iterations);
    }

    private static Func<double> PerceptronSteps(int batch, ProcessGroup group)
    {
        using IDisposable mode = no_grad();
        return Steps(
            Trainer.Create(() => new Mlp(784, [2048, 2048], 10), seed: 1),
            (outputs, targets) => nn.functional.cross_entropy(outputs, targets),
            new TensorData(rand(2048, 784), randint(0, 10, 2048)),
            new TensorData(rand(16, 784), randint(0, 10, 16)), batch, group);
    }

    /// <summary>A model of texts of 128 symbols, 4 blocks of the width 256.</summary>
    private static Func<double> TransformerSteps(int batch, ProcessGroup group)
    {
        const int Symbols = 65, Length = 128;
        return Steps(
            Trainer.Create(() => new CharTransformer(Symbols, Length, layers: 4, heads: 4, width: 256), seed: 1),
            (outputs, targets) => nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten()),
            new TensorData(randint(0, Symbols, [512, Length]), randint(0, Symbols, [512, Length])),
            new TensorData(randint(0, Symbols, [2, Length]), randint(0, Symbols, [2, Length])), batch, group);
    }

    /// <summary>The seconds of a step, from the end of the first to that of the last.</summary>
    private static Func<double> Steps(
        nn.Module<Tensor, Tensor> net, Func<Tensor, Tensor, Tensor> loss, TensorData data, TensorData validation,
        int batch, ProcessGroup group) => () =>
    {
        const int Count = 7;
        var ends = new StepEnds();
        Trainer.Fit(net, loss, data, validation, new TrainerOptions
        {
            BatchSize = batch,
            Steps = Count,
            EvaluateEvery = Count,
            Processes = group,
            Callbacks = [ends],
        });
        return Stopwatch.GetElapsedTime(ends.Of[0], ends.Of[^1]).TotalSeconds / (Count - 1);
    };

    [GeneratedRegex(@"seconds ([0-9.]+(?:[eE]-?[0-9]+)?)")]
    private static partial Regex Seconds();

    private sealed class StepEnds : TrainerCallback
    {
        public List<long> Of { get; } = [];

        public override void OnStep(TrainingMoment moment) => Of.Add(Stopwatch.GetTimestamp());
    }

    private static Func<double> Timed(Func<int> iterations) => () =>
    {
        long start = Stopwatch.GetTimestamp();
        int passes = iterations();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / passes;
    };

    /// <summary>Draws numbers between −1 and 1.</summary>
    private static Matrix<double> Numbers(int rows, int columns)
    {
        var random = new MersenneTwister(1, threadSafe: false);
        double[] values = random.NextDoubles(rows * columns);
        return Matrix<double>.Build.Dense(rows, columns, Array.ConvertAll(values, value => 2.0 * value - 1.0));
    }
}
