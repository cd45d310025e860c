using Math4AI.Language;
using Math4AI.Language.Generation;
using Math4AI.Runtime;
using Math4AI.Tests.Training;
using Math4AI.Training;
using Math4AI.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Language;

[Collection(TorchGenerator.Name)]
public sealed class GenerationTests
{
    private static readonly string Characters = string.Concat(Enumerable.Range(0, 37).Select(i => (char)('A' + i)));

    public GenerationTests() => Assert.True(Compute.HasTensors);

    [Theory]
    [InlineData(48, 3)]
    [InlineData(96, 2)]
    [InlineData(20, 5)]
    [InlineData(48, 3, "llama")]
    [InlineData(48, 3, "near")]
    [InlineData(48, 3, "untied")]
    [InlineData(48, 6, "grouped")]
    [InlineData(48, 3, "biased")]
    public void Logits_are_those_of_the_network_and_have_the_same_bits_in_any_pieces_and_company(
        int width, int heads, string style = "gpt2")
    {
        const int Length = 70, Symbols = 37;
        CharTransformer network = Network(width, heads, style);
        var decoder = new CachedDecoder(DecoderWeights.Of(network));
        var random = new Random(5);
        int[] text = [.. Enumerable.Range(0, Length).Select(_ => random.Next(Symbols))];
        float[] whole = Last(decoder, text, [Length]);
        using (no_grad())
        using (NewDisposeScope())
        {
            float[] expected = [.. network.forward(tensor(text.Select(one => (long)one).ToArray(), [1, Length]))
                [0, Length - 1].contiguous().data<float>()];
            double scale = expected.Max(Math.Abs);
            Assert.True(whole.Zip(expected, (a, b) => Math.Abs(a - b)).Max() < 1e-5 * scale);
        }

        Assert.Equal(whole, Last(decoder, text, [.. Enumerable.Repeat(1, Length)]));
        Assert.Equal(whole, Last(decoder, text, [3, 1, 60, 6]));
        KeyValueCache[] caches = [.. Enumerable.Range(0, 3).Select(_ => decoder.NewCache(Length))];
        float[] logits = new float[3 * Symbols];
        decoder.Read(caches, [text[..7], text, text[30..]], logits);
        Assert.Equal(whole, logits[Symbols..(2 * Symbols)]);
        using OneThread thread = OneThread.BeginIf(true);
        Assert.Equal(whole, Last(new CachedDecoder(DecoderWeights.Of(network)), text, [10, 60]));
    }

    [Fact]
    public void Products_have_the_same_bits_for_any_number_of_rows_and_threads()
    {
        const int Rows = 9, Inputs = 301, Outputs = 1003;
        var random = new Random(3);
        float[] Some(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        float[] x = Some(Rows * Inputs), w = Some(Outputs * Inputs), all = new float[Rows * Outputs],
            one = new float[Outputs];
        Multiply(x, w, all, Rows, Inputs, Outputs);
        for (int row = 0; row < Rows; row++)
        {
            using OneThread thread = OneThread.BeginIf(row % 2 == 0);
            Multiply(x[(row * Inputs)..], w, one, 1, Inputs, Outputs);
            Assert.Equal(one, all[(row * Outputs)..((row + 1) * Outputs)]);
        }

        for (int j = 0; j < Outputs; j++)
        {
            double exact = Enumerable.Range(0, Inputs).Sum(i => (double)x[i] * w[j * Inputs + i]);
            double bound = Enumerable.Range(0, Inputs).Sum(i => Math.Abs((double)x[i] * w[j * Inputs + i]));
            Assert.True(Math.Abs(all[j] - exact) < 64 * Math.Pow(2.0, -24.0) * bound);
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(301)]
    public unsafe void Products_with_bytes_are_those_with_what_the_bytes_stand_for(int inputs)
    {
        const int Rows = 3, Outputs = 1001;
        var random = new Random(4);
        float[] Some(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        float[] x = Some(Rows * inputs), w = Some(Outputs * inputs), all = new float[Rows * Outputs],
            one = new float[Outputs], row = new float[inputs];
        Array.Clear(w, 5 * inputs, inputs);
        var small = Int8Rows.Of(w, inputs);
        fixed (float* a = x, b = all, c = one)
        {
            Int8Products.Multiply(a, small, b, Rows, isAdded: false);
            for (int i = 0; i < Rows; i++)
            {
                using OneThread thread = OneThread.BeginIf(i % 2 == 0);
                Int8Products.Multiply(a + i * inputs, small, c, 1, isAdded: false);
                Assert.Equal(one, all[(i * Outputs)..((i + 1) * Outputs)]);
            }

            Int8Products.Multiply(a, small, c, 1, isAdded: true);
            Assert.All(one.Zip(all), pair => Assert.True(float.IsFinite(pair.First)));
        }

        for (int j = 0; j < Outputs; j++)
        {
            small.CopyRow(j, row);
            ReadOnlySpan<float> exact = w.AsSpan(j * inputs, inputs);
            for (int i = 0; i < inputs; i++)
            {
                int first = i / Int8Rows.Group * Int8Rows.Group;
                float most = 0.0f;
                foreach (float value in exact[first..Math.Min(inputs, first + Int8Rows.Group)])
                {
                    most = Math.Max(most, Math.Abs(value));
                }

                Assert.True(Math.Abs(row[i] - exact[i]) <= 0.5001f * most / 127.0f);
            }

            double sum = row.Zip(x, (a, b) => (double)a * b).Sum(), bound = row.Zip(x, (a, b) => Math.Abs(a * b)).Sum();
            Assert.True(Math.Abs(all[j] - sum) <= 64 * Math.Pow(2.0, -24.0) * bound);
        }
    }

    [Fact]
    public void A_model_of_bytes_is_that_of_the_numbers_they_stand_for()
    {
        CharTransformer network = Network(96, 2);
        var small = DecoderWeights.Of(network).Rounded();
        DecoderWeights.Matrix Wide(DecoderWeights.Matrix matrix)
        {
            float[] all = DecoderWeights.Room((long)matrix.Int8!.Outputs * matrix.Int8.Inputs);
            for (int row = 0; row < matrix.Int8.Outputs; row++)
            {
                matrix.CopyRow(row, all.AsSpan(row * matrix.Int8.Inputs, matrix.Int8.Inputs));
            }

            return new DecoderWeights.Matrix(all, matrix.Bias);
        }

        var wide = small with
        {
            Symbols = Wide(small.Symbols),
            Head = Wide(small.Head),
            Layers = [.. small.Layers.Select(layer => layer with
            {
                QueriesKeysValues = Wide(layer.QueriesKeysValues),
                Attended = Wide(layer.Attended),
                Up = Wide(layer.Up),
                Down = Wide(layer.Down),
            })],
        };
        int[] text = [.. Enumerable.Range(0, 70).Select(i => i * i % 37)];
        float[] found = Last(new CachedDecoder(small), text, [70]),
            expected = Last(new CachedDecoder(wide), text, [70]);
        float scale = expected.Max(Math.Abs);
        Assert.All(found.Zip(expected), pair => Assert.Equal(pair.First, pair.Second, 1e-5f * scale));
        Assert.Equal(found, Last(new CachedDecoder(small), text, [1, 5, 64]));
    }

    [Fact]
    public void Several_texts_at_once_are_what_each_would_be_alone_beyond_the_context_too()
    {
        TextModel model = Model();
        var options = new GenerationOptions { Length = 200, Temperature = 1.0, Seed = 4 };
        string[] prompts = ["ABC", string.Empty, string.Concat(Enumerable.Repeat("ABCDEFGH", 20)), "Z"];
        IReadOnlyList<string> together = model.Generate(prompts, options);
        for (int i = 0; i < prompts.Length; i++)
        {
            Assert.Equal(200, together[i].Length);
            Assert.Equal(string.Concat(model.Generate(prompts[i], options with { Seed = 4 + i })), together[i]);
        }

        Assert.NotEqual(together[0], model.Generate(prompts, options with { Seed = 9 })[0]);
        Assert.Empty(model.Generate(prompts, options with { Length = 0 })[2]);
        Assert.Empty(model.Generate(Array.Empty<string>(), options));
    }

    [Fact]
    public void A_full_context_begins_anew_with_its_last_half()
    {
        TextModel model = Model();
        string prompt = string.Concat(Enumerable.Repeat("ABCDEFGH", 4));
        var one = new GenerationOptions { Length = 1, Temperature = 0.0 };
        string text = prompt + string.Concat(model.Generate(prompt, one with { Length = 90 }));
        int from = 0;
        for (int at = prompt.Length; at < text.Length; at++)
        {
            from = at - from > model.About.Context ? at - model.About.Context / 2 : from;
            Assert.Equal(text[at].ToString(), string.Concat(model.Generate(text[from..at], one)));
        }
    }

    [Fact]
    public void A_text_is_scored_by_what_is_likely_after_at_least_half_a_context()
    {
        TextModel model = Model();
        int context = model.About.Context;
        string text = string.Concat(model.Generate("A", new() { Length = 3 * context + 11, Temperature = 1.0 }));
        CharTransformer network = model.Network;
        network.eval();
        double sum = 0.0;
        using IDisposable mode = no_grad();
        for (int at = 1; at < text.Length; at++)
        {
            // The first window has a whole context, those after it begin half a context before what is new.
            int step = context - context / 2 + 1;
            int first = at <= context ? 0 : (at - context - 1) / step * step + context + 1 - context / 2;
            using DisposeScope scope = NewDisposeScope();
            long[] before = [.. text[first..at].Select(symbol => (long)Characters.IndexOf(symbol))];
            Tensor logits = network.forward(tensor(before, [1, before.Length]))[0, before.Length - 1];
            sum -= nn.functional.log_softmax(logits, 0)[Characters.IndexOf(text[at])].item<float>();
        }

        TextScore score = model.Score(text);
        Assert.Equal(sum / (text.Length - 1), score.Loss, 1e-5);
        Assert.Equal((text.Length - 1, text.Length), (score.Tokens, score.Characters));
        Assert.Equal(Math.Exp(score.Loss), score.Perplexity, 1e-12);
        Assert.Throws<ArgumentException>(() => model.Score("A"));
        Assert.Throws<ArgumentException>(() => model.Score("AB§"));
    }

    [Fact]
    public void A_stop_ends_the_text_before_it_also_where_it_comes_in_pieces()
    {
        TextModel model = Model();
        var options = new GenerationOptions { Length = 100, Temperature = 1.0 };
        string whole = string.Concat(model.Generate("A", options)), stop = whole[40..45];
        string[] stops = ["no such text", stop, whole[41..52] + "?"];
        string cut = string.Concat(model.Generate("A", options with { Stop = stops }));
        Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], cut);
        Assert.Equal(whole, string.Concat(model.Generate("A", options with { Stop = [whole[95..] + "?"] })));
    }

    [Fact]
    public void Settings_that_cannot_be_are_refused_before_anything_is_written()
    {
        TextModel model = Model();
        foreach (Func<GenerationOptions> wrong in new Func<GenerationOptions>[]
        {
            () => new() { Length = -1 }, () => new() { Temperature = -0.1 }, () => new() { Temperature = double.NaN },
            () => new() { TopK = 0 }, () => new() { TopP = 0.0 },
            () => new() { TopP = 1.1 }, () => new() { MinP = -0.1 },
            () => new() { RepetitionPenalty = 0.0 }, () => new() { Stop = [string.Empty] },
        })
        {
            Assert.ThrowsAny<ArgumentException>(() => model.Generate("A", wrong()));
        }
    }

    private static unsafe void Multiply(float[] x, float[] w, float[] y, int rows, int inputs, int outputs)
    {
        fixed (float* a = x, b = w, c = y)
        {
            RowProducts.Multiply(a, b, c, rows, inputs, outputs);
        }
    }

    private static float[] Last(CachedDecoder decoder, int[] text, int[] pieces)
    {
        KeyValueCache cache = decoder.NewCache(text.Length);
        float[] logits = new float[37];
        int from = 0;
        foreach (int piece in pieces)
        {
            decoder.Read([cache], [text[from..(from + piece)]], logits);
            from += piece;
        }

        return logits;
    }

    private static TextModel Model() => TorchRandom.From(
        3, () => new TextModel(new TextModelDescription(Characters, 64, 2, 2, 32)));

    private static CharTransformer Network(int width, int heads, string style = "gpt2") => TorchRandom.From(7, () =>
    {
        var network = new CharTransformer(37, 80, 3, heads, width, style switch
        {
            "llama" => TransformerStyle.Llama,
            "near" => TransformerStyle.Near,
            "grouped" => TransformerStyle.Llama with { KeyHeads = 2 },
            "biased" => new TransformerStyle { HasBias = true },
            "untied" => TransformerStyle.Near with { HasOwnHead = true, Neighbors = 5 },
            _ => TransformerStyle.Gpt2,
        });
        using IDisposable mode = no_grad();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            // Attention and the activation are far from linear here.
            parameter.mul_(parameter.Dimensions > 1 ? 8.0 : 1.5);
            if (name.Contains("Near", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal))
            {
                nn.init.normal_(parameter, 0.0, 0.5);
            }
        }

        return network;
    });

    [Fact]
    public void A_module_of_the_weights_has_the_logits_of_the_network()
    {
        CharTransformer network = Network(48, 3, "untied");
        using var module = new DecoderNetwork(DecoderWeights.Of(network));
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor text = randint(0, 37, new long[] { 3, 40 }), expected = network.forward(text);
        double scale = expected.abs().max().item<float>();
        Assert.True((module.forward(text) - expected).abs().max().item<float>() < 1e-5 * scale);
        Assert.Equal(
            DecoderWeights.Of(network).Layers[1].LayerNear, module.ToWeights().Layers[1].LayerNear);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Documents_that_are_packed_do_not_see_each_other(bool isNear)
    {
        var about = new TextModelDescription(Characters, 64, 2, 2, 32)
        {
            Separator = "--",
            Style = isNear ? TransformerStyle.Near : TransformerStyle.Gpt2,
        };
        TextModel model = TorchRandom.From(3, () => new TextModel(about));
        using IDisposable mode = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (TorchSharp.Modules.Parameter parameter in model.Network.parameters())
        {
            parameter.add_(0.3 * randn_like(parameter));
        }

        string[] documents = ["ABCDEF", "GGHA", "CABACDE", "BD"];
        int[] packed = [.. model.Language.Symbols.Beginning, .. model.Language.Encode(string.Join("--", documents))];
        Assert.Equal(documents.Sum(one => one.Length) + 4, packed.Length);
        Tensor logits = model.Network.forward(tensor(packed.Select(one => (long)one).ToArray(), [1, packed.Length]));
        float[] module = [.. new DecoderNetwork(model.Language.Weights)
            .forward(tensor(packed.Select(one => (long)one).ToArray(), [1, packed.Length])).contiguous().data<float>()];
        float[] all = [.. logits.contiguous().data<float>()];
        Assert.All(all.Zip(module), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        double sum = 0.0;
        int at = 0;
        foreach (string document in documents)
        {
            float[] alone = model.Language.Logits([Characters.Length, .. model.Language.Encode(document)]);
            Assert.All(
                alone.Zip(all.Skip(at * model.Language.TokenCount)),
                pair => Assert.Equal(pair.First, pair.Second, 1e-4));
            at += document.Length + 1;
            TextScore score = model.Score(document);
            sum += score.Loss * score.Tokens;
        }

        // Together they have three ends more, which the first rows of logits after them tell of.
        Tensor cost = nn.functional.cross_entropy(
            logits[0].narrow(0, 0, packed.Length - 1),
            tensor(packed.Skip(1).Select(one => (long)one).ToArray()));
        TextScore together = model.Score(string.Join("--", documents));
        Assert.Equal(cost.item<float>(), together.Loss, 1e-4);
        Assert.True(together.Loss * together.Tokens > sum);
        Assert.Equal(packed.Length - 1, together.Tokens);
        string continued = string.Concat(model.Generate("ABC--GG", new() { Length = 5, Temperature = 0.0 }));
        Assert.Equal(string.Concat(model.Generate("GG", new() { Length = 5, Temperature = 0.0 })), continued);
        Assert.Equal([Characters.Length], model.Language.EndTokens);
    }
}
