using System.Diagnostics;
using System.Globalization;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using MathNet.Numerics.Random;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Benchmarks;

/// <summary>
/// Training steps of the trainer against the plain loop that TorchSharp's documentation writes, in processes of their
/// own, in turn; the loop with MKL's own dispatch. The same model, the same batches, no decay and no clipping: the
/// losses say that both do the same.
/// </summary>
internal static class TrainAgainstLoop
{
    private const int Rounds = 3;
    private const double Rate = 1e-3;

    private static readonly Dictionary<string, (int Batch, int Steps, bool Split)> Tasks = new()
    {
        ["mlp 784-256-128-10"] = (64, 2000, false),
        ["mlp 784-2048-2048-10"] = (256, 40, false),
        ["convnet 28x28"] = (64, 60, false),
        ["chartransformer"] = (12, 60, true),
        ["chartransformer 256x256"] = (8, 12, true),
    };

    public static int Run(string[] words)
    {
        if (words is ["ours" or "loop", string task])
        {
            Console.WriteLine(Measure(words[0] == "ours", task));
            return 0;
        }

        foreach (string name in Tasks.Keys.Where(name => words.Length == 0 || name.Contains(words[0])))
        {
            var times = new List<(double Loop, double Ours)>();
            string losses = string.Empty;
            for (int round = 0; round < Rounds; round++)
            {
                (double loop, string loopLoss) = Child("loop", name);
                (double ours, string oursLoss) = Child("ours", name);
                times.Add((loop, ours));
                losses = $"{loopLoss} and {oursLoss}";
            }

            (double Loop, double Ours) best = (times.Min(time => time.Loop), times.Min(time => time.Ours));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: loop {best.Loop:0.000} ms a step, ours {best.Ours:0.000} ms, {best.Loop / best.Ours:0.00} "
                + $"times (median of the ratios "
                + $"{times.Select(time => time.Loop / time.Ours).Order().ElementAt(Rounds / 2):0.00}); losses "
                + $"{losses}"));
            if (name.EndsWith("256x256", StringComparison.Ordinal))
            {
                PrintProducts(name, best.Ours);
            }
        }

        return 0;
    }

    /// <summary>What the products of our step take alone.</summary>
    private static void PrintProducts(string name, double ours)
    {
        const int Context = 256, Width = 256;
        _ = Compute.HasTensors;
        var module = new CharTransformer(65, Context, width: Width);
        double products = 1e3 * TrainProducts.Seconds(module, Tasks[name].Batch, Context);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: the products of a step alone {products:0.000} ms, {100.0 * products / ours:0} % of ours"));
    }

    private static (double Milliseconds, string Loss) Child(string who, string task)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["train", who, task])
        {
            RedirectStandardOutput = true,
        };
        if (who == "loop")
        {
            start.Environment["MATH4AI_MKL_DISPATCH"] = "vendor";
        }

        using Process process = Process.Start(start)!;
        string[] words = process.StandardOutput.ReadToEnd().Trim().Split(' ');
        process.WaitForExit();
        return (double.Parse(words[0], CultureInfo.InvariantCulture), words[1]);
    }

    private static string Measure(bool isOurs, string task)
    {
        const int Samples = 4096;
        _ = Compute.HasTensors;
        (int batch, int steps, bool split) = Tasks[task];
        random.manual_seed(1);
        (nn.Module<Tensor, Tensor> module, Tensor inputs, Tensor targets) = task switch
        {
            "convnet 28x28" => ((nn.Module<Tensor, Tensor>)new ConvNet(1, 28, 28, 10), randn(Samples, 1, 28, 28),
                randint(0, 10, Samples)),
            "chartransformer" => (new CharTransformer(65), randint(0, 65, new long[] { Samples, 64 }),
                randint(0, 65, new long[] { Samples, 64 })),
            "chartransformer 256x256" => (new CharTransformer(65, context: 256, width: 256),
                randint(0, 65, new long[] { Samples, 256 }), randint(0, 65, new long[] { Samples, 256 })),
            "mlp 784-256-128-10" => (new Mlp(784, [256, 128], 10), randn(Samples, 784), randint(0, 10, Samples)),
            _ => (new Mlp(784, [2048, 2048], 10), randn(Samples, 784), randint(0, 10, Samples)),
        };
        Tensor Loss(Tensor outputs, Tensor of) =>
            nn.functional.cross_entropy(outputs.view(-1, outputs.shape[^1]), of.view(-1));
        (double seconds, double loss) = isOurs
            ? Ours(module, Loss, inputs, targets, batch, steps, split)
            : Loop(module, Loss, inputs, targets, batch, steps);
        return string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds / steps:R} {loss:0.00000}");
    }

    private static (double Seconds, double Loss) Ours(
        nn.Module<Tensor, Tensor> module, Func<Tensor, Tensor, Tensor> loss, Tensor inputs, Tensor targets, int batch,
        int steps, bool split)
    {
        var options = new TrainerOptions
        {
            Steps = 2 * steps,
            EvaluateEvery = steps,
            BatchSize = batch,
            SplitBatches = split,
            Rate = Rate,
            WeightDecay = 0.0,
            MaxGradientNorm = double.PositiveInfinity,
            Schedule = Schedule.Constant,
            RestoreBest = false,
        };
        var times = new List<long>();
        TrainingResult result = Trainer.Fit(
            module, loss, new TensorData(inputs, targets),
            new TensorData(inputs.narrow(0, 0, 1), targets.narrow(0, 0, 1)), options,
            new Note(times));
        return (Stopwatch.GetElapsedTime(times[0], times[1]).TotalSeconds, result.History[1].TrainLoss);
    }

    private static (double Seconds, double Loss) Loop(
        nn.Module<Tensor, Tensor> module, Func<Tensor, Tensor, Tensor> loss, Tensor inputs, Tensor targets,
        int batch, int steps)
    {
        using var optimizer = optim.AdamW(module.parameters(), Rate, weight_decay: 0.0);
        int samples = (int)inputs.shape[0];
        long[] order = [];
        long start = 0;
        double sum = 0.0;
        module.train();
        for (int step = 0; step < 2 * steps; step++)
        {
            int first = step * batch % (samples / batch * batch + (samples % batch == 0 ? 0 : batch));
            if (first == 0)
            {
                order = [.. Enumerable.Range(0, samples).Select(i => (long)i)];
                new MersenneTwister(1_000_003 + step * batch / samples, threadSafe: false).Shuffle(order);
            }

            if (step == steps)
            {
                (start, sum) = (Stopwatch.GetTimestamp(), 0.0);
            }

            using DisposeScope scope = NewDisposeScope();
            Tensor rows = tensor(order[first..Math.Min(samples, first + batch)]);
            optimizer.zero_grad();
            Tensor value = loss(module.forward(inputs.index_select(0, rows)), targets.index_select(0, rows));
            value.backward();
            optimizer.step();
            sum += value.ToDouble();
        }

        return (Stopwatch.GetElapsedTime(start).TotalSeconds, sum / steps);
    }

    private sealed class Note(List<long> times) : IProgress<TrainingEpoch>
    {
        void IProgress<TrainingEpoch>.Report(TrainingEpoch value) => times.Add(Stopwatch.GetTimestamp());
    }
}
