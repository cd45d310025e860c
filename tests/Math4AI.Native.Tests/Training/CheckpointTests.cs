using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Math4AI.Data.Arrays;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Files;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

[Collection(TorchGenerator.Name)]
public sealed class CheckpointTests : TemporaryFolder
{
    public CheckpointTests() => Assert.True(Compute.HasTensors);

    [Theory]
    [InlineData("adamw", "cosine")]
    [InlineData("sgd", "plateau")]
    [InlineData("lbfgs", "constant")]
    public void Stopped_after_any_step_it_ends_with_the_same_bits(string method, string schedule)
    {
        var options = new TrainerOptions
        {
            Epochs = 6,
            BatchSize = 7,
            Optimizer = Optimizer.Named[method],
            Rate = 0.02,
            Schedule = Schedule.Named[schedule],
            EvaluateEvery = 4,
        };
        float[] expected = Train(options, stopAfter: int.MaxValue);
        foreach (int stop in new[] { 1, 4, 7, 18, 35 })
        {
            string path = In($"{method}-{stop}.safetensors");
            var saved = options with { Checkpoint = new CheckpointOptions(path) { EverySteps = 1, Resume = true } };
            Train(saved, stop);
            Assert.True(File.Exists(path));
            Assert.Equal(expected, Train(saved, int.MaxValue));
        }
    }

    [Fact]
    public void A_network_with_norms_of_batches_and_dropout_goes_on_with_the_same_bits()
    {
        nn.Module<Tensor, Tensor> Module() =>
            nn.Sequential(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 3));
        var options = new TrainerOptions { Epochs = 5, BatchSize = 8 };
        float[] expected = Train(options, int.MaxValue, Module);
        var saved = options with
        {
            Checkpoint = new CheckpointOptions(In("x.safetensors")) { EverySteps = 1, Resume = true },
        };
        Train(saved, 11, Module);
        Assert.Equal(expected, Train(saved, int.MaxValue, Module));
    }

    [Fact]
    public void A_checkpoint_that_does_not_know_a_setting_goes_on_where_the_setting_has_its_default()
    {
        var options = new TrainerOptions { Epochs = 5, BatchSize = 8 };
        float[] expected = Train(options, int.MaxValue);
        string path = In("x.safetensors");
        TrainerOptions saved = options with
        {
            Checkpoint = new CheckpointOptions(path) { EverySteps = 1, Resume = true },
        };
        Train(saved, 11);
        Rewrite(path, state => state["identity"]!["settings"]!.AsObject().Remove("maxGradientValue"));
        var error = Assert.Throws<InvalidDataException>(() => Train(saved with { MaxGradientValue = 0.5 }, 1));
        Assert.Contains("maxGradientValue is now '0.5', and was 'Infinity'", error.Message, StringComparison.Ordinal);
        Assert.Equal(expected, Train(saved, int.MaxValue));
    }

    [Fact]
    public void A_checkpoint_of_another_version_is_refused_in_a_sentence()
    {
        string path = In("x.safetensors");
        var options = new TrainerOptions
        {
            Epochs = 3,
            Checkpoint = new CheckpointOptions(path) { EverySteps = 1, Resume = true },
        };
        Train(options, 5);
        Rewrite(path, state => state["version"] = TrainingState.CurrentVersion + 1);
        Assert.Contains("saved by a newer version",
            Assert.Throws<InvalidDataException>(() => Train(options, 9)).Message, StringComparison.Ordinal);

        // The first version had a text for an identity, and no version.
        Rewrite(path, state =>
        {
            state.Remove("version");
            state.Remove("identity");
            state["training"] = "Mlp, 75 parameters";
        });
        Assert.Contains("saved by an earlier version",
            Assert.Throws<InvalidDataException>(() => Train(options, 9)).Message, StringComparison.Ordinal);
    }

    /// <summary>Changes the state that is saved in a checkpoint.</summary>
    private static void Rewrite(string path, Action<JsonObject> change)
    {
        IReadOnlyDictionary<string, NamedArray> arrays =
            Safetensors.Read(path, out IReadOnlyDictionary<string, string> header);
        JsonObject state = JsonNode.Parse(header["math4ai.training"])!.AsObject();
        change(state);
        Safetensors.Write(path, arrays, new Dictionary<string, string>(header)
        {
            ["math4ai.training"] = state.ToJsonString(),
        });
    }

    [Fact]
    public void What_is_damaged_cut_off_or_of_another_training_is_refused()
    {
        string path = In("x.safetensors");
        var options = new TrainerOptions
        {
            Epochs = 3,
            Checkpoint = new CheckpointOptions(path) { EverySteps = 1, Resume = true },
        };
        Train(options, 5);
        byte[] sound = File.ReadAllBytes(path);
        Assert.Throws<InvalidDataException>(() => Train(options with { Rate = 0.5 }, 9));
        Assert.Throws<InvalidDataException>(() => Train(options, 9, () => new Mlp(5, [9], 3)));
        foreach (int length in new[] { 0, 4, 100, sound.Length / 2, sound.Length - 1 })
        {
            File.WriteAllBytes(path, sound[..length]);
            Assert.Throws<InvalidDataException>(() => Train(options, 9));
        }

        // A header that promises 2^62 bytes, and one whose arrays lie outside the file.
        byte[] long1 = [.. sound];
        BinaryPrimitives.WriteUInt64LittleEndian(long1, 1UL << 62);
        string header = """{"model.x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}}""";
        byte[] outside =
            [.. BitConverter.GetBytes((ulong)header.Length), .. Encoding.ASCII.GetBytes(header), .. new byte[16]];
        foreach (byte[] bytes in new[] { long1, outside })
        {
            File.WriteAllBytes(path, bytes);
            Assert.Throws<InvalidDataException>(() => Train(options, 9));
        }
    }

    /// <summary>Trains, is cancelled after some steps, and gives all weights.</summary>
    private static float[] Train(TrainerOptions options, int stopAfter, Func<nn.Module<Tensor, Tensor>>? make = null)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(4);
        Tensor x = randn(60, 5), y = (x.narrow(1, 0, 3) + 0.3 * randn(60, 3)).argmax(1);
        random.manual_seed(options.Seed);
        nn.Module<Tensor, Tensor> module = make?.Invoke() ?? new Mlp(5, [8], 3);
        using var cancel = new CancellationTokenSource();
        int steps = 0;
        try
        {
            Trainer.Fit(
                module,
                (outputs, targets) =>
                {
                    if (module.training && ++steps == stopAfter)
                    {
                        cancel.Cancel();
                    }

                    return nn.functional.cross_entropy(outputs, targets);
                },
                (x, y),
                (x, y),
                options,
                cancellation: cancel.Token);
        }
        catch (OperationCanceledException)
        {
        }

        return [.. StateOf.Floats(module)];
    }
}
