using Math4AI.Processes;
using Math4AI.Tests.Training;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Processes;

/// <summary>A training whose batches several processes share is that of one process, to rounding.</summary>
[Collection(TorchGenerator.Name)]
public class SharedTrainingTests
{
    private const string InSight = " in sight";
    private const string Clipped = "clipped wide descent";

    public static TheoryData<string, int> Ways => new()
    {
        { "perceptron", 2 },
        { "perceptron", 3 },
        { "perceptron in sight", 2 }, // each process steps its share of the parameters for all
        { "perceptron in sight", 3 },
        { "perceptron in sight", 9 }, // fewer vectors of parameters than processes
        { "clipped wide descent in sight", 3 },
        { "clipped wide descent", 3 },
        { "descent in sight", 4 }, // of a network whose gradients are torch's own, which are sent
        { "transformer in sight", 2 },
        { "wide descent", 2 }, // its gradients are more than one bucket
        { "wide descent", 5 },
        { "module", 2 },
        { "module", 5 },
        { "module in float64", 3 },
        { "quasi-newton", 2 },
        { "descent", 3 },
        { "transformer", 2 }, // more than one bucket, whose sums begin after each block
        { "transformer", 3 },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_losses_are_those_of_one_process(string way, int count)
    {
        bool isInSight = way.EndsWith(InSight, StringComparison.Ordinal);
        way = way.Replace(InSight, string.Empty, StringComparison.Ordinal);
        (TrainingResult Result, double[] Weights)[] shared = ThreadGroup.Run(
            count, group => Train(way, group), isInSight);
        (TrainingResult Result, double[] Weights) alone = Train(way, ProcessGroup.Single);
        double tolerance = way.Contains("float64", StringComparison.Ordinal) ? 1e-10 : 2e-4;
        foreach ((TrainingResult result, double[] weights) in shared)
        {
            Assert.Equal(shared[0].Weights, weights);
            Assert.Equal(alone.Result.Steps, result.Steps);
            Assert.All(
                alone.Result.History.Zip(result.History),
                pair =>
                {
                    Assert.Equal(1.0, pair.Second.TrainLoss / pair.First.TrainLoss, tolerance);
                    Assert.Equal(1.0, pair.Second.ValidationLoss / pair.First.ValidationLoss, tolerance);
                    Assert.Equal(pair.First.Metrics.Keys, pair.Second.Metrics.Keys);
                });
            double scale = alone.Weights.Max(Math.Abs);
            Assert.True(
                alone.Weights.Zip(weights).Max(pair => Math.Abs(pair.First - pair.Second)) <= tolerance * scale);
        }
    }

    [Fact]
    public void Every_process_begins_with_the_weights_of_the_first()
    {
        double[][] weights = ThreadGroup.Run(
            2, group => Train("module", group, seed: group.Rank + 1, steps: 1).Weights);
        Assert.Equal(weights[0], weights[1]);
    }

    [Theory]
    [InlineData(2, 3, false)]
    [InlineData(3, 1, false)]
    [InlineData(1, 2, true)]
    [InlineData(3, 2, true)]
    [InlineData(2, 1, true)]
    public void A_training_goes_on_with_another_number_of_processes(int before, int after, bool isInSight)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        try
        {
            double[] alone = Train("perceptron", ProcessGroup.Single).Weights;
            _ = ThreadGroup.Run(before, group => Assert.Throws<OperationCanceledException>(
                () => Train("perceptron", group, checkpoint: path, stopAt: 33)), isInSight);
            double[][] weights = ThreadGroup.Run(
                after, group => Train("perceptron", group, checkpoint: path).Weights, isInSight);
            double scale = alone.Max(Math.Abs);
            Assert.All(weights, each => Assert.True(
                alone.Zip(each).Max(pair => Math.Abs(pair.First - pair.Second)) <= 2e-4 * scale));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Buckets_have_the_same_bits_whether_they_begin_ahead_or_not(int count)
    {
        using var net = new Mlp(700, [800, 30], 2);
        var parameters = new FlatParameters<float>(net, new TrainerOptions());
        float[] Given(int rank) =>
            [.. Enumerable.Range(0, parameters.Length).Select(i => (float)Math.Sin((rank + 2.0) * i))];
        float[][] late = ThreadGroup.Run(count, group =>
        {
            float[] gradients = Given(group.Rank);
            new GradientBuckets<float>(gradients, parameters.Segments).End(group);
            return gradients;
        });
        float[][] ahead = ThreadGroup.Run(count, group =>
        {
            float[] gradients = Given(group.Rank);
            var buckets = new GradientBuckets<float>(gradients, parameters.Segments);
            for (int step = 0; step < 2; step++)
            {
                Given(group.Rank).CopyTo(gradients, 0);
                buckets.Begin(group);
                for (int segment = 4; segment >= (group.Rank == 1 ? 4 : 0); segment -= 2)
                {
                    buckets.AreKnownFrom(segment);
                }

                buckets.End(group);
            }

            return gradients;
        });
        Assert.All(late.Concat(ahead), each => Assert.Equal(late[0], each));
        Assert.Equal(Enumerable.Range(0, count).Sum(rank => Given(rank)[9]), late[0][9], 1e-6f);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Gradients_in_sight_have_the_sums_of_those_that_are_sent(int count)
    {
        const int Length = 96;
        static float Given(int rank, int i) => (float)Math.Sin((rank + 2.0) * i);
        (float[] Seen, float[] Sent)[] found = ThreadGroup.Run(count, Sums, isMemoryShared: true);
        Assert.All(found, each => Assert.Equal(each.Sent, each.Seen));

        // Without such memory they are sent.
        Assert.All(ThreadGroup.Run(2, group => SharedGradients<float>.Of(group, Length) is null), Assert.True);

        static unsafe (float[] Seen, float[] Sent) Sums(ProcessGroup group)
        {
            using SharedGradients<float> shared = SharedGradients<float>.Of(group, Length)!;
            float[] seen = [], sent = [];
            for (int step = 0; step < 3; step++)
            {
                (seen, sent) = (new float[Length], new float[Length]);
                for (int i = 0; i < Length; i++)
                {
                    shared.Own[i] = sent[i] = Given(group.Rank + step, i);
                }

                group.Sum(sent);
                shared.Add(0, seen.AsSpan(0, 50));
                shared.Add(50, seen.AsSpan(50));
                shared.Turn();
            }

            return (seen, sent);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public void Each_process_gets_what_the_others_have_of_their_shares(int count)
    {
        const int Length = 96;
        float[] whole = [.. Enumerable.Range(1, Length).Select(i => (float)i)];
        float[][] all = ThreadGroup.Run(
            count,
            group =>
            {
                using SharedGradients<float> shared = SharedGradients<float>.Of(group, Length)!;
                (int start, int end) = shared.ShareOf(group.Rank);
                float[] values = [.. whole.Select((value, i) => i >= start && i < end ? value : float.NaN)];
                shared.Exchange(values);
                return values;
            },
            isMemoryShared: true);
        Assert.All(all, each => Assert.Equal(whole, each));
    }

    [Fact]
    public void What_cannot_be_shared_is_refused_in_every_process()
    {
        string[] messages = ThreadGroup.Run(2, group =>
        {
            using var norm = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 1));
            return Assert.Throws<ArgumentException>(() => Fit(norm, group, new AdamW(), 4)).Message;
        });
        Assert.All(messages, message => Assert.StartsWith("A batch norm takes the mean over the whole batch", message));
        messages = ThreadGroup.Run(2, group => Assert.Throws<IOException>(
            () => Train("module", group, steps: 4 + group.Rank)).Message);
        Assert.All(messages, message => Assert.Contains(
            "The setting 'steps' must be the same in all processes: here it is '5', '4'", message));
    }

    private static (TrainingResult Result, double[] Weights) Train(
        string way, ProcessGroup group, int seed = 1, int steps = 60, string? checkpoint = null, int stopAt = -1)
    {
        using nn.Module<Tensor, Tensor> net = Trainer.Create<nn.Module<Tensor, Tensor>>(
            () => way == "perceptron" ? new Mlp(4, [16], 1)
                : way == "transformer" ? new CharTransformer(7, context: 4, layers: 3, heads: 2, width: 128)
                : way is "wide descent" or Clipped ? new Mlp(4, [520, 520], 1)
                : nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1)),
            seed);
        if (way.Contains("float64", StringComparison.Ordinal))
        {
            net.to(float64);
        }

        // AdamW does not see the scale of a gradient; the other two do.
        Optimizer optimizer = way switch
        {
            "quasi-newton" => new Lbfgs(),
            "descent" or "wide descent" or Clipped or "transformer" => new Sgd(),
            _ => new AdamW(),
        };
        TrainingResult result = Fit(
            net, group, optimizer, steps, checkpoint, stopAt, way == Clipped ? 0.05 : double.PositiveInfinity);
        return (result, [.. net.parameters().SelectMany(
            parameter => parameter.to(float64).contiguous().data<double>().ToArray())]);
    }

    /// <summary>Batches of 4, 7 samples a pass short of whole ones: shares are uneven, and at times empty.</summary>
    private static TrainingResult Fit(
        nn.Module<Tensor, Tensor> net, ProcessGroup group, Optimizer optimizer, int steps, string? checkpoint = null,
        int stopAt = -1, double maxNorm = double.PositiveInfinity)
    {
        using var stop = new CancellationTokenSource();
        bool areTexts = net is CharTransformer;
        return Trainer.Fit(net, (outputs, targets) => areTexts
            ? nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())
            : nn.functional.mse_loss(outputs, targets), Data(43), Data(areTexts ? 60 : 600), new TrainerOptions
            {
                Processes = group,
                Checkpoint = checkpoint is null ? null : new CheckpointOptions(checkpoint) { Resume = true },
                Callbacks = stopAt < 0 ? [] : [new StopAt(stopAt, stop)],
                Optimizer = optimizer,
                BatchSize = 4,
                MaxGradientNorm = maxNorm,
                Steps = steps,
                EvaluateEvery = 10,
                Metrics = new Dictionary<string, Func<Tensor, Tensor, Tensor>>
                {
                    ["absolute"] = (outputs, targets) => (areTexts ? outputs : outputs - targets).abs().mean(),
                },
            }, cancellation: stop.Token);

        TensorData Data(int rows) => areTexts
            ? new TensorData(Symbols(rows, 0), Symbols(rows, 1))
            : new TensorData(Rows(rows, 4), Rows(rows, 1));

        static Tensor Symbols(int rows, int from) => tensor(
            [.. Enumerable.Range(0, rows * 4).Select(i => (long)((i + from) * (i + from + 3) % 7))], rows, 4);

        Tensor Rows(int rows, int columns) => tensor(
            [.. Enumerable.Range(0, rows * columns).Select(i => (float)Math.Sin(1.3 * i * i))], rows, columns)
            .to(net.parameters().First().dtype);
    }

    private sealed class StopAt(int step, CancellationTokenSource stop) : TrainerCallback
    {
        public override void OnStep(TrainingMoment moment)
        {
            if (moment.Step == step)
            {
                stop.Cancel();
            }
        }
    }
}
