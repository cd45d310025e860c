using Math4AI.Language;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

[Collection(TorchGenerator.Name)]
public sealed class LeftOutTests : TemporaryFolder
{
    public LeftOutTests() => Assert.True(Compute.HasTensors);

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void The_share_is_left_out_the_rest_grows_and_places_do_not_depend_on_the_pieces(double share)
    {
        const int Count = 100_003;
        var left = new LeftOut(share, 42);
        float[] whole = Of(left, Count, 3, Count), pieces = Of(left, Count, 3, 1001);
        Assert.Equal(whole, pieces);
        Assert.All(whole, value => Assert.Contains(value, new[] { 0.0f, (float)(1.0 / (1.0 - share)) }));

        // Five deviations of a binomial, and of the products of neighbors and of other sites and keys.
        double bound = 5.0 * Math.Sqrt(share * (1.0 - share) / Count);
        double[] kept = [.. whole.Select(value => value > 0.0f ? 1.0 : 0.0)];
        Assert.Equal(1.0 - share, kept.Average(), bound);
        foreach (double[] other in new[]
        {
            [.. kept.Skip(1)], [.. kept.Skip(128)], Kept(new LeftOut(share, 42), 4), Kept(new LeftOut(share, 43), 3),
        })
        {
            double both = kept.Zip(other, (a, b) => (a - 1.0 + share) * (b - 1.0 + share)).Average();
            Assert.Equal(0.0, both, 6.0 * share * (1.0 - share) / Math.Sqrt(Count));
        }

        double[] Kept(LeftOut of, int site) =>
            [.. Of(of, Count, site, Count).Select(value => value > 0.0f ? 1.0 : 0.0)];
    }

    [Fact]
    public void Evaluation_leaves_nothing_out_and_a_share_that_is_none_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        var model = new CharTransformer(5, 8, 1, 1, 8) { Dropout = 0.5 };
        Tensor text = randint(0, 5, new long[] { 2, 8 });
        Assert.False(Same(model.forward(text), model.forward(text)));
        model.eval();
        Assert.True(Same(model.forward(text), model.forward(text)));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Dropout = 1.0);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Dropout = double.NaN);

        static bool Same(Tensor a, Tensor b) => (a - b).abs().max().item<float>() == 0.0f;
    }

    [Fact]
    public void A_training_that_leaves_out_goes_on_from_a_checkpoint_bit_for_bit()
    {
        string text = string.Concat(Enumerable.Range(0, 300).Select(i => $"{i % 9} + 1 = {i % 9 + 1}\n"));
        var options = new TextTrainingOptions { Layers = 1, Width = 16, Heads = 2, Context = 16, Dropout = 0.2 };
        TrainerOptions trainer = options.Trainer with { Steps = 20, EvaluateEvery = 10, BatchSize = 4 };
        TextModel whole = TextModel.Train(text, options with { Trainer = trainer }).Model;
        trainer = trainer with { Checkpoint = new CheckpointOptions(In("c.safetensors")) { EverySteps = 7 } };
        using var stop = new CancellationTokenSource();
        TrainerOptions stopped = trainer with { Callbacks = [new Stop(stop, 13)] };
        Assert.ThrowsAny<OperationCanceledException>(
            () => TextModel.Train(text, options with { Trainer = stopped }, cancellation: stop.Token));
        TextModel resumed = TextModel.Train(text, options with
        {
            Trainer = trainer with { Checkpoint = trainer.Checkpoint! with { Resume = true } },
        }).Model;
        Assert.Equal(whole.Language.Logits([1, 2, 3, 4]), resumed.Language.Logits([1, 2, 3, 4]));
        TextModel plain = TextModel.Train(text, options with
        {
            Dropout = 0.0,
            Trainer = trainer with
            {
                Checkpoint = null,
            }
        }).Model;
        Assert.NotEqual(whole.Language.Logits([1, 2, 3, 4]), plain.Language.Logits([1, 2, 3, 4]));
    }

    private static unsafe float[] Of(LeftOut left, int count, int site, int piece)
    {
        float[] values = new float[count];
        Array.Fill(values, 1.0f);
        fixed (float* at = values)
        {
            for (int first = 0; first < count; first += piece)
            {
                left.From(at + first, Math.Min(piece, count - first), first, site);
            }
        }

        return values;
    }

    private sealed class Stop(CancellationTokenSource source, int step) : TrainerCallback
    {
        public override void OnStep(TrainingMoment moment)
        {
            if (moment.Step == step)
            {
                source.Cancel();
            }
        }
    }
}
