using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Math4AI.Runtime;
using Math4AI.Tests.Training.Modules;
using Math4AI.Training;
using Math4AI.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Math4AI.Benchmarks;

/// <summary>
/// Training steps of modules against the plain loop of TorchSharp, in one process, in turn: processor seconds and wall
/// seconds of the same steps on the same batches. Eight tasks of some size, and every module of the tests' table.
/// </summary>
internal static class TrainModules
{
    private const double Rate = 1e-3;

    /// <summary>A step of a module of the table is short: as many as these are one measurement.</summary>
    private const int ShortSteps = 60;

    private static readonly (ModuleCase Case, int Steps)[] Tasks =
    [
        (Task("LSTM 64 × 32, hidden 128", () => Recurrent(LSTM(32, 128, batchFirst: true), 128), 64,
            () => randn(512, 64, 32)), 16),
        (Task("GRU 12 × 4, hidden 16", () => Recurrent(GRU(4, 16, batchFirst: true), 16), 16, () => randn(512, 12, 4)),
            100),
        (Task("linear layers 6-8-3", () => Sequential(Linear(6, 8), Tanh(), Linear(8, 3)), 16, () => randn(512, 6)),
            200),
        (Task("linear layers 256-512-3", () => Sequential(Linear(256, 512), ReLU(), Linear(512, 3)), 64,
            () => randn(512, 256)), 100),
        (Task("batch norm and dropout", () => Sequential(Linear(64, 64), BatchNorm1d(64), ReLU(), Dropout(0.2),
            Linear(64, 3)), 32, () => randn(512, 64)), 100),
        (Task("conv 1 × 8 × 8", () => Sequential(Conv2d(1, 8, 3), ReLU(), Flatten(), Linear(288, 3)), 16,
            () => randn(512, 1, 8, 8)), 100),
        (Task("conv 3 × 32 × 32", () => Sequential(Conv2d(3, 16, 3), ReLU(), Conv2d(16, 16, 3), AdaptiveAvgPool2d(1),
            Flatten(), Linear(16, 3)), 32, () => randn(256, 3, 32, 32)), 12),
        (Task("embedding", () => Sequential(Embedding(1000, 32), Flatten(), Linear(320, 3)), 32,
            () => randint(0, 1000, [512, 10])), 100),
    ];

    /// <summary>Runs the tasks and the table, or those whose name contains a word.</summary>
    /// <param name="words">The word, and the number of rounds; none for all and five.</param>
    public static int Run(string[] words)
    {
        _ = Compute.HasTensors;
        string wanted = words.Length > 0 ? words[0] : string.Empty;
        int rounds = words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 5;
        var load = Load();
        var clock = Stopwatch.StartNew();
        var ratios = new List<(double Cpu, double Wall)>();
        foreach ((ModuleCase one, int steps) in Tasks.Concat(Table()).Where(
            task => task.Case.Name.Contains(wanted, StringComparison.Ordinal)))
        {
            try
            {
                (double Cpu, double Wall) ratio = Measure(one, steps, rounds);
                ratios.Add(ratio);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{ratio.Cpu,6:0.00} {ratio.Wall,6:0.00}  {one.Name}"));
            }
            catch (ExternalException e)
            {
                Console.WriteLine($"  the loop cannot  {one.Name}: {e.Message.Split('\n')[0]}");
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"loop / ours in processor and wall seconds, medians of {rounds} rounds, {Compute.Threads} threads; "
            + $"{ratios.Count(ratio => ratio.Cpu < 0.95)} of {ratios.Count} below 0.95 in processor seconds and "
            + $"{ratios.Count(ratio => ratio.Wall < 0.95)} in wall seconds; {clock.Elapsed.TotalSeconds:0} s; "
            + $"load {load} before and {Load()} after"));
        return 0;
    }

    /// <summary>
    /// The modules of the table whose optimizer TorchSharp has too; of sparse gradients it steps by SGD alone.
    /// </summary>
    private static IEnumerable<(ModuleCase Case, int Steps)> Table() => ModuleTable.All
        .Where(one => one.Options is
        {
            Optimizer: Math4AI.Training.Optimizers.AdamW
            or Sgd, Average: null, Groups.Count: 0, Accumulate: 1
        })
        .Select(one => (one.Name.Contains("sparse", StringComparison.Ordinal)
            ? one with { Options = one.Options with { Optimizer = new Sgd { Momentum = 0.0 } } }
            : one, ShortSteps));

    private static (double Cpu, double Wall) Measure(ModuleCase one, int steps, int rounds)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        TrainingData data = one.Data();
        var ratios = new List<(double Cpu, double Wall)>();
        for (int round = 0; round <= rounds; round++)
        {
            // Neither is always the first after the other.
            (double Cpu, double Wall) ours = round % 2 == 1 ? Ours(one, data, steps) : default;
            (double Cpu, double Wall) loop = Loop(one, data, steps);
            ours = round % 2 == 1 ? ours : Ours(one, data, steps);
            if (round > 0)
            {
                ratios.Add((loop.Cpu / ours.Cpu, loop.Wall / ours.Wall));
            }
        }

        return (Median(ratios.Select(ratio => ratio.Cpu)), Median(ratios.Select(ratio => ratio.Wall)));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var all
        ? all[all.Length / 2]
        : double.NaN;

    private static string Load() =>
        OperatingSystem.IsLinux() ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    private static (double Cpu, double Wall) Ours(ModuleCase one, TrainingData data, int steps)
    {
        nn.Module module = Trainer.Create(one.Make);
        var clock = new Clock(steps);
        TrainerOptions options = one.Options with
        {
            Steps = 2 * steps,
            EvaluateEvery = 2 * steps,
            Rate = Rate,
            WeightDecay = 0.0,
            MaxGradientNorm = double.PositiveInfinity,
            Schedule = Schedule.Constant,
            RestoreBest = false,
            DropLast = false,
            Callbacks = [clock],
        };
        _ = module is Module<Tensor, Tensor> simple && !IsOfBatch(one)
            ? Trainer.Fit(simple, ModuleCase.Simple, data, data, options)
            : Trainer.Fit(module, batch => one.Loss(module, batch), data, data, options);
        return clock.Taken;
    }

    private static (double Cpu, double Wall) Loop(ModuleCase one, TrainingData data, int steps)
    {
        nn.Module module = Trainer.Create(one.Make);
        Parameter[] trained = [.. module.parameters().Where(parameter => parameter.requires_grad)];
        using optim.Optimizer optimizer = one.Options.Optimizer is Sgd sgd
            ? optim.SGD(trained, Rate, sgd.Momentum)
            : optim.AdamW(trained, Rate, weight_decay: 0.0);
        int batch = one.Options.BatchSize;
        var clock = new Clock(steps);
        long[] order = [.. Enumerable.Range(0, data.Count).Select(i => (long)i)];
        module.train();
        for (int step = 0; step < 2 * steps; step++)
        {
            int first = step * batch % data.Count;
            if (first == 0)
            {
                new Random(step).Shuffle(order);
            }

            using DisposeScope scope = NewDisposeScope();
            Batch rows = data.Take(order.AsSpan(first, Math.Min(batch, data.Count - first)));
            optimizer.zero_grad();
            Tensor value = module is Module<Tensor, Tensor> simple && !IsOfBatch(one)
                ? ModuleCase.Simple(simple.forward(rows.Inputs), rows.Targets)
                : one.Loss(module, rows);
            value.backward();
            optimizer.step();
            _ = value.to_type(ScalarType.Float64).item<double>();
            clock.Tick(step + 1);
        }

        return clock.Taken;
    }

    private static bool IsOfBatch(ModuleCase one) => one.Name.Contains("outputs", StringComparison.Ordinal);

    private static ModuleCase Task(string name, Func<nn.Module> make, int batch, Func<Tensor> inputs) => new(
        name, make,
        (module, rows) => F.cross_entropy(((Module<Tensor, Tensor>)module).forward(rows.Inputs), rows.Targets),
        () =>
        {
            Tensor x = inputs();
            return new TensorData(x, randint(0, 3, [x.shape[0]]));
        })
    {
        Options = new TrainerOptions { BatchSize = batch },
    };

    /// <summary>A recurrent layer, and a linear one on its last output.</summary>
    private static Net Recurrent(nn.Module layer, int width) => new(
        (net, x) => net.Of<Linear>("head").forward(
            (layer is LSTM lstm ? lstm.forward(x).Item1 : ((GRU)layer).forward(x).Item1).select(1, -1)),
        ("layer", layer), ("head", Linear(width, 3)));

    /// <summary>The second half of the steps; the first warms up.</summary>
    private sealed class Clock(int steps) : TrainerCallback
    {
        private (TimeSpan Cpu, long Wall) start;

        public (double Cpu, double Wall) Taken { get; private set; }

        public void Tick(int step)
        {
            if (step == steps)
            {
                start = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
            }
            else if (step == 2 * steps)
            {
                Taken = ((Environment.CpuUsage.TotalTime - start.Cpu).TotalSeconds,
                    Stopwatch.GetElapsedTime(start.Wall).TotalSeconds);
            }
        }

        public override void OnStep(TrainingMoment moment) => Tick(moment.Step);
    }
}
