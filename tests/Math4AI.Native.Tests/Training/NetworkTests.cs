using System.Buffers.Binary;
using System.IO.Compression;
using Math4AI.Data;
using Math4AI.Data.Images;
using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Fitting.Distances;
using Math4AI.Language;
using Math4AI.Language.Texts;
using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Images;
using Math4AI.Training.Networks;
using Math4AI.Training.Optimizers;
using Math4AI.Training.Scoring;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

[Collection(TorchGenerator.Name)]
public sealed class NetworkTests : TemporaryFolder
{
    public NetworkTests() => Assert.True(Compute.HasTensors);

    [Fact]
    public void Pieces_of_a_batch_give_the_gradient_of_the_whole()
    {
        float[] Train(TrainerOptions options)
        {
            using DisposeScope scope = NewDisposeScope();
            random.manual_seed(1);
            Tensor x = randn(64, 10), y = randint(0, 3, 64);
            var module = new Mlp(10, [32], 3);
            Trainer.Fit(module, (o, t) => nn.functional.cross_entropy(o, t), (x, y), (x, y), options with
            {
                Epochs = 5,
                BatchSize = 15,
            });
            return [.. module.parameters().SelectMany(p => p.detach().contiguous().data<float>().ToArray())];
        }

        float[] whole = Train(new TrainerOptions());
        foreach (TrainerOptions options
            in new[] { new TrainerOptions { Accumulate = 4 }, new TrainerOptions { Accumulate = 7 } })
        {
            float[] pieces = Train(options);
            Assert.Equal(pieces, Train(options));
            Assert.True(whole.Zip(pieces, (a, b) => Math.Abs(a - b)).Max() < 1e-4);
        }
    }

    [Theory]
    [InlineData("squared")]
    [InlineData("huber:0.5")]
    [InlineData("poisson")]
    [InlineData("categorical")]
    public void Distances_are_losses_with_the_values_and_gradients_of_torchs(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(8);
        Tensor f = randn(40, name == "categorical" ? 5 : 1).requires_grad_(),
            other = f.detach().clone().requires_grad_();
        Tensor y = name switch
        {
            "categorical" => randint(0, 5, 40),
            "poisson" =>
            randint(0, 6, new long[] { 40, 1 }).to_type(ScalarType.Float32),
            _ => randn(40, 1)
        };
        Tensor expected = name switch
        {
            "squared" => nn.functional.mse_loss(other, y),
            "huber:0.5" => nn.functional.huber_loss(other, y, 0.5),
            "poisson" => nn.functional.poisson_nll_loss(other, y) + lgamma(y + 1.0).mean(),
            _ => nn.functional.cross_entropy(other, y),
        };
        Tensor found = DistanceLoss.Of(Distance.Parse(name))(f, y);
        expected.backward();
        found.backward();
        Assert.Equal(expected.ToDouble(), found.ToDouble(), 1e-5);
        Assert.True((f.grad! - other.grad!).abs().max().ToDouble() < 1e-7);
        Assert.Throws<ArgumentException>(() => DistanceLoss.Of(Distance.Gaussian));
    }

    [Fact]
    public void Schedules_begin_and_end_where_they_say()
    {
        double Factor(string name, int done) => Schedule.Named[name].Factor(done, 1000, []);
        Assert.Equal(1.0, Factor("constant", 0));
        Assert.Equal(0.02, Factor("cosine", 0), 1e-12);
        Assert.Equal(1.0, Factor("cosine", 50), 1e-12);
        Assert.True(Factor("cosine", 999) < 1e-4);
        Assert.Equal(0.04 + 0.96 / 300.0, Factor("one-cycle", 0), 1e-12);
        Assert.Equal(1.0, Factor("one-cycle", 300), 1e-12);
        Assert.Equal(1.0, Factor("warm-up", 999), 1e-12);
        TrainingEpoch[] flat = [.. Enumerable.Range(1, 30).Select(i => new TrainingEpoch(i, 1.0, 1.0))];
        Assert.Equal(1.0, Schedule.OnPlateau().Factor(0, 10, flat[..11]), 1e-12);
        Assert.Equal(0.1, Schedule.OnPlateau().Factor(0, 10, flat[..12]), 1e-12);
        Assert.Equal(0.01, Schedule.OnPlateau().Factor(0, 10, flat), 1e-12);
    }

    [Fact]
    public void Digits_are_told_apart_better_than_by_the_nearest_neighbour()
    {
        Table train = Table.Read(Repository.Data("digits", "optdigits.tra")),
            test = Table.Read(Repository.Data("digits", "optdigits.tes"));
        ImageSet images = ImageSet.FromTable(train, "Class");
        ImageSet tested = ImageSet.FromTable(test, "Class", new ImageShape(1, 8, 8, images.Classes, images.Largest));
        Trained<ImageModel> training = ImageModel.Train(images, tested);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{training.Test.Scores["accuracy"]:P2} in {training.Training.Seconds:0.0} s");
        Assert.True(training.Test.Scores["accuracy"] >= 0.987, $"{training.Test.Scores["accuracy"]}");
        using (var files = new FileTransaction())
        {
            training.Model.Save(Folder, files);
            files.Commit();
        }

        Assert.Equal("images", ModelFolder.KindOf(Folder));

        // Half of the validation part, a tenth of each class, is behind the sets, which always hold the answer.
        Assert.InRange(training.Model.CalibrationCount, 180, 200);
        Assert.True(training.Coverage >= training.Test.Scores["accuracy"], $"{training.Coverage}");
        Assert.Equal(training.Model.CalibrationCount, ImageModel.Load(Folder).CalibrationCount);
        // Filters that lie otherwise in memory are summed in another order.
        Assert.All(
            training.TestPredictions.Zip(ImageModel.Load(Folder).Predict(tested)),
            pair => Assert.All(pair.First.Zip(pair.Second), values => Assert.Equal(values.First, values.Second, 1e-6)));
    }

    [Fact]
    public void Images_are_read_from_folders_and_resized_to_the_first()
    {
        foreach ((string name, SKColor colour) in new[] { ("red", SKColors.Red), ("blue", SKColors.Blue) })
        {
            Directory.CreateDirectory(In(name));
            for (int i = 0; i < 3; i++)
            {
                using var bitmap = new SKBitmap(8 + i, 8);
                bitmap.Erase(colour);
                using SKData data = bitmap.Encode(i == 0 ? SKEncodedImageFormat.Png : SKEncodedImageFormat.Jpeg, 95);
                File.WriteAllBytes(In($"{name}/{i}{(i == 0 ? ".png" : ".jpg")}"), data.ToArray());
            }
        }

        ImageSet images = ImageSet.Read(Folder);
        Assert.Equal((3, 8, 8, 6), (images.Channels, images.Height, images.Width, images.Count));
        Assert.Equal(["blue", "red"], images.Classes);
        Assert.Equal([0, 0, 0, 1, 1, 1], images.Labels);
        Assert.Equal(1.0f, images.Pixels[2 * 64 + 5], 0.02f);
        Assert.Equal(0.0f, images.Pixels[5], 0.02f);
        File.WriteAllText(In("red/3.png"), "no image");
        Assert.Contains("3.png", Assert.Throws<InvalidDataException>(() => ImageSet.Read(Folder)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_is_cut_short_is_refused()
    {
        Directory.CreateDirectory(In("cut/a"));
        using (var bitmap = new SkiaSharp.SKBitmap(16, 16))
        {
            for (int i = 0; i < 256; i++)
            {
                bitmap.SetPixel(i % 16, i / 16, new SkiaSharp.SKColor((byte)(37 * i), (byte)(91 * i), (byte)(53 * i)));
            }

            using SkiaSharp.SKData data = bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(In("cut/a/x.png"), data.ToArray());
        }

        Assert.Equal((91 * 17 % 256) / 255.0f, ImageSet.Read(In("cut")).Pixels[256 + 17], 1e-6f);
        byte[] whole = File.ReadAllBytes(In("cut/a/x.png"));
        File.WriteAllBytes(In("cut/a/x.png"), whole[..(whole.Length / 2)]);
        Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => ImageSet.Read(In("cut"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Idx_files_are_read_and_lengths_that_lie_are_refused()
    {
        string path = In("train-images-idx3-ubyte"), labels = In("train-labels-idx1-ubyte");
        byte[] Head(params int[] sizes) => [0, 0, 8, (byte)sizes.Length, .. sizes.SelectMany(size =>
        {
            byte[] bytes = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, size);
            return bytes;
        })];
        byte[] pixels = [.. Enumerable.Range(0, 2 * 4 * 5).Select(i => (byte)(6 * i))];
        File.WriteAllBytes(path, [.. Head(2, 4, 5), .. pixels]);
        File.WriteAllBytes(labels, [.. Head(2), 1, 0]);
        ImageSet images = ImageSet.Read(path);
        Assert.Equal((1, 4, 5, 2), (images.Channels, images.Height, images.Width, images.Count));
        Assert.Equal([1, 0], images.Labels);
        Assert.Equal(6.0f * 39.0f / 255.0f, images.Pixels[39]);
        using (var zipped = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest))
        {
            zipped.Write(File.ReadAllBytes(path));
        }

        Assert.True(ImageSet.IsIdx(path + ".gz"));
        Assert.Equal(images.Pixels, ImageSet.Read(path + ".gz").Pixels);
        foreach (byte[] bad in new byte[][]
        {
            [.. Head(2, 4, 5), .. pixels[..39]], [.. Head(2, 4, 5), .. pixels, 0], Head(int.MaxValue, 4000, 4000),
            Head(-1, 4, 5), [0, 0, 8, 3, 1],
        })
        {
            File.WriteAllBytes(path, bad);
            Assert.Throws<InvalidDataException>(() => ImageSet.Read(path));
        }
    }

    [Fact]
    public void A_transformer_looks_only_back()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        random.manual_seed(1);
        var model = new CharTransformer(10, context: 16, layers: 2, heads: 2, width: 32);
        Tensor a = randint(0, 10, new long[] { 1, 16 }), b = a.clone();
        b[0, 15] = (a[0, 15] + 1) % 10;
        Tensor before = model.forward(a), after = model.forward(b);
        Assert.True((before - after).abs()[0].narrow(0, 0, 15).max().ToDouble() < 1e-6);
        Assert.True((before - after).abs()[0, 15].max().ToDouble() > 1e-4);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CharTransformer(10, heads: 3, width: 32));
    }

    [Fact]
    public void Byte_pairs_are_learnt_and_characters_of_several_bytes_stay_whole()
    {
        string text = string.Concat(Enumerable.Repeat("The naïve café — 100 € and 😀 again. ", 200));
        var options = new TextTrainingOptions
        {
            Unit = TextUnit.BytePair,
            Context = 32,
            Layers = 1,
            Heads = 2,
            Width = 32,
            Trainer = new TrainerOptions { Steps = 200, EvaluateEvery = 50, BatchSize = 8, Rate = 1e-2 },
        };
        Trained<TextModel> trained = TextModel.Train(text, options);
        (TextModel model, double loss) = (trained.Model, trained.Validation.Scores["loss"]);
        Assert.True(loss < 0.1, $"{loss}");
        Assert.True(model.About.BytePairs.Count is > 8 and < 30, $"{model.About.BytePairs.Count} byte pairs");
        Assert.True(model.SymbolsPerCharacter(text) < 0.7);
        using (var files = new FileTransaction())
        {
            model.Save(Folder, files);
            files.Commit();
        }

        string more = string.Concat(TextModel.Load(Folder).Generate("The naïve café", new()
        {
            Length = 60,
            Temperature = 0.0,
        }));
        Assert.StartsWith(" — 100 € and 😀 again. The naïve café", more, StringComparison.Ordinal);
        string about = File.ReadAllText(In("model.json"));
        File.WriteAllText(
            In("model.json"), about.Replace("\"bytePairs\": [", "\"bytePairs\": [60000,", StringComparison.Ordinal));
        Assert.Throws<InvalidDataException>(() => TextModel.Load(Folder));
    }

    [Fact]
    public void A_text_with_a_rule_is_learnt_saved_and_gone_on_with()
    {
        string text = string.Concat(Enumerable.Repeat("abcdefghij", 400));
        var options = new TextTrainingOptions
        {
            Context = 16,
            Layers = 1,
            Heads = 2,
            Width = 32,
            Trainer = new TrainerOptions { Steps = 150, EvaluateEvery = 50, BatchSize = 8, Rate = 1e-2 },
        };
        Trained<TextModel> trained = TextModel.Train(text, options);
        (TextModel model, double loss, double testLoss) =
            (trained.Model, trained.Validation.Scores["loss"], trained.Test.Scores["loss"]);
        Assert.Equal(150, trained.Training.Steps);
        Assert.Equal([50, 100], trained.Samples.Select(sample => sample.Step));
        Assert.All(trained.Samples, sample => Assert.Equal(200, sample.Text.Length));
        Assert.True(testLoss < 0.05, $"{testLoss}");
        Assert.True(loss < 0.05, $"{loss}");
        using (var files = new FileTransaction())
        {
            model.Save(Folder, files);
            files.Commit();
        }

        TextModel loaded = TextModel.Load(Folder);
        Assert.Equal("defghijabcdefghijabc", string.Concat(loaded.Generate("abc", new()
        {
            Length = 20,
            Temperature = 0.0,
        })));
        GenerationOptions some = new() { Length = 50, Temperature = 1.0, Seed = 7 };
        Assert.Equal(string.Concat(model.Generate("abc", some)), string.Concat(loaded.Generate("abc", some)));
        Assert.Throws<ArgumentException>(() => TextModel.Train("too short"));
        File.WriteAllText(
            In("model.json"), """{"kind":"text","symbols":"aa","context":16,"layers":1,"heads":2,"width":32}""");
        Assert.Throws<InvalidDataException>(() => TextModel.Load(Folder));
    }

    [Fact]
    public void The_area_under_the_curve_counts_pairs_in_order()
    {
        double[][] Of(params double[] second) => [.. second.Select(p => new[] { 1.0 - p, p })];
        Assert.Equal(1.0, Scores.RocAuc(Of(0.1, 0.2, 0.7, 0.9), [0, 0, 1, 1]), 1e-15);
        Assert.Equal(0.75, Scores.RocAuc(Of(0.1, 0.8, 0.7, 0.9), [0, 0, 1, 1]), 1e-15);
        Assert.Equal(0.5, Scores.RocAuc(Of(0.5, 0.5, 0.5, 0.5), [0, 1, 0, 1]), 1e-15);
        Assert.True(double.IsNaN(Scores.RocAuc(Of(0.5, 0.5), [0, 0])));
        Assert.Equal([[1, 1], [0, 2]], Scores.Confusion(Of(0.1, 0.8, 0.7, 0.9), [0, 0, 1, 1]));
    }
}
