using System.Diagnostics;
using System.Globalization;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Math4AI.Benchmarks;

/// <summary>
/// Training steps of modules without a direct pass against the plain loop, in one process, in turn: processor seconds
/// and wall seconds of the same steps. The loop has the same dispatch of MKL as the trainer.
/// </summary>
internal static class TrainModules
{
    private const int Rounds = 7;
    private const double Rate = 1e-3;

    private static readonly (string Name, Func<Module<Tensor, Tensor>> Make, Func<Tensor> Inputs, int Batch,
        int Steps)[] Tasks =
    [
        ("lstm 64 x 32, hidden 128", () => new Last(LSTM(32, 128, batchFirst: true), 128),
            () => randn(512, 64, 32), 64, 16),
        ("gru 12 x 4, hidden 16", () => new Last(GRU(4, 16, batchFirst: true), 16), () => randn(512, 12, 4), 16, 200),
        ("linear layers 6-8-3", () => Sequential(Linear(6, 8), Tanh(), Linear(8, 3)), () => randn(512, 6), 16, 400),
        ("linear layers 256-512-3", () => Sequential(Linear(256, 512), ReLU(), Linear(512, 3)),
            () => randn(512, 256), 64, 200),
        ("batch norm and dropout", () => Sequential(Linear(64, 64), BatchNorm1d(64), ReLU(), Dropout(0.2),
            Linear(64, 3)), () => randn(512, 64), 32, 200),
        ("conv 1 x 8 x 8", () => Sequential(Conv2d(1, 8, 3), ReLU(), Flatten(), Linear(288, 3)),
            () => randn(512, 1, 8, 8), 16, 200),
        ("conv 3 x 32 x 32", () => Sequential(Conv2d(3, 16, 3), ReLU(), Conv2d(16, 16, 3), AdaptiveAvgPool2d(1),
            Flatten(), Linear(16, 3)), () => randn(256, 3, 32, 32), 32, 16),
        ("embedding", () => Sequential(Embedding(1000, 32), Flatten(), Linear(320, 3)),
            () => randint(0, 1000, [512, 10]), 32, 200),
    ];

    public static int Run(string[] words)
    {
        _ = Compute.HasTensors;
        foreach ((string Name, Func<Module<Tensor, Tensor>> Make, Func<Tensor> Inputs, int Batch, int Steps) task
            in Tasks.Where(task => words.Length == 0 || task.Name.Contains(words[0], StringComparison.Ordinal)))
        {
            random.manual_seed(1);
            Tensor x = task.Inputs(), y = randint(0, 3, [x.shape[0]]);
            var ratios = new List<(double Cpu, double Wall)>();
            for (int round = 0; round <= Rounds; round++)
            {
                (double Cpu, double Wall) loop = Loop(task.Make(), x, y, task.Batch, task.Steps),
                    ours = Ours(task.Make(), x, y, task.Batch, task.Steps);
                if (round > 0)
                {
                    ratios.Add((loop.Cpu / ours.Cpu, loop.Wall / ours.Wall));
                }
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{task.Name}: loop / ours {Median(ratios.Select(ratio => ratio.Cpu)):0.00} in processor seconds, "
                + $"{Median(ratios.Select(ratio => ratio.Wall)):0.00} in wall seconds"));
        }

        return 0;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);

    private static (double Cpu, double Wall) Ours(
        Module<Tensor, Tensor> module, Tensor x, Tensor y, int batch, int steps)
    {
        var clock = new Clock(steps);
        Trainer.Fit(
            module, (o, t) => F.cross_entropy(o, t), new TensorData(x, y), new TensorData(x[..1], y[..1]),
            new TrainerOptions
            {
                Steps = 2 * steps,
                EvaluateEvery = 2 * steps,
                BatchSize = batch,
                Rate = Rate,
                WeightDecay = 0.0,
                MaxGradientNorm = double.PositiveInfinity,
                Schedule = Schedule.Constant,
                RestoreBest = false,
                Callbacks = [clock],
            });
        return clock.Taken;
    }

    private static (double Cpu, double Wall) Loop(
        Module<Tensor, Tensor> module, Tensor x, Tensor y, int batch, int steps)
    {
        using var optimizer = optim.AdamW(module.parameters(), Rate, weight_decay: 0.0);
        int samples = (int)x.shape[0];
        var clock = new Clock(steps);
        long[] order = [.. Enumerable.Range(0, samples).Select(i => (long)i)];
        module.train();
        for (int step = 0; step < 2 * steps; step++)
        {
            int first = step * batch % samples;
            if (first == 0)
            {
                new Random(step).Shuffle(order);
            }

            using DisposeScope scope = NewDisposeScope();
            Tensor rows = tensor(order[first..Math.Min(samples, first + batch)]);
            optimizer.zero_grad();
            Tensor value = F.cross_entropy(module.forward(x.index_select(0, rows)), y.index_select(0, rows));
            value.backward();
            optimizer.step();
            _ = value.ToDouble();
            clock.Tick(step + 1);
        }

        return clock.Taken;
    }

    /// <summary>The second half of the steps; the first warms up.</summary>
    private sealed class Clock(int steps) : TrainerCallback
    {
        private (TimeSpan Cpu, long Wall) start;

        public (double Cpu, double Wall) Taken { get; private set; }

        public void Tick(int step)
        {
            if (step == steps)
            {
                start = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.GetTimestamp());
            }
            else if (step == 2 * steps)
            {
                Taken = ((Process.GetCurrentProcess().TotalProcessorTime - start.Cpu).TotalSeconds,
                    Stopwatch.GetElapsedTime(start.Wall).TotalSeconds);
            }
        }

        public override void OnStep(TrainingMoment moment) => Tick(moment.Step);
    }

    /// <summary>A recurrent layer, and a linear one on its last output.</summary>
    private sealed class Last : Module<Tensor, Tensor>
    {
        private readonly Module layer;
        private readonly Linear head;

        public Last(Module layer, int width)
            : base(nameof(Last))
        {
            (this.layer, head) = (layer, Linear(width, 3));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => head.forward(
            (layer is LSTM lstm ? lstm.forward(x).Item1 : ((GRU)layer).forward(x).Item1).select(1, -1));
    }
}
