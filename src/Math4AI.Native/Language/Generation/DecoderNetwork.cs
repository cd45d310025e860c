using Math4AI.Runtime;
using Math4AI.Training;
using Math4AI.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Language.Generation;

/// <summary>
/// A transformer of any of the shapes that <see cref="DecoderWeights"/> has, as a module that can be trained on.
/// </summary>
internal sealed class DecoderNetwork : nn.Module<Tensor, Tensor>
{
    private readonly DecoderWeights about;
    private readonly Dictionary<string, Parameter> weights = new(StringComparer.Ordinal);
    private readonly Tensor? turns;

    /// <summary>Takes copies of weights of float32.</summary>
    public DecoderNetwork(DecoderWeights weights)
        : base(nameof(DecoderNetwork))
    {
        about = Walk(weights, (name, values, shape) =>
        {
            using Tensor copy = tensor(values, shape);
            var parameter = new Parameter(copy.clone());
            register_parameter(name.Replace('.', '_'), parameter);
            this.weights[name] = parameter;
            return values;
        });
        if (weights.RotaryBase > 0.0)
        {
            double[] speeds = RotaryTable.Speeds(weights.HeadWidth, weights.RotaryBase, weights.Scaling);
            turns = tensor(speeds);
        }
    }

    /// <summary>Gets the share of numbers that are left out at random in training.</summary>
    public double Dropout { get; init; }

    /// <summary>Returns the weights as they are now.</summary>
    public DecoderWeights ToWeights() => Walk(about, (name, values, _) =>
    {
        using IDisposable mode = no_grad();
        float[] room = DecoderWeights.Room(values.Length);
        using Tensor row = weights[name].contiguous();
        row.data<float>().CopyTo(room);
        return room;
    });

    /// <summary>
    /// Symbols, texts × length, to the logarithms of what comes next, texts × length × symbols, but for a constant.
    /// </summary>
    /// <param name="input">int64.</param>
    public override Tensor forward(Tensor input)
    {
        (long texts, long length) = (input.shape[0], input.shape[1]);
        Tensor x = weights["symbols.weight"].index_select(0, input.reshape(-1)).view(texts, length, about.Width);
        var view = DocumentView.Of(input, about.Boundary);
        if (about.Places is not null)
        {
            x += view is null ? weights["places"].narrow(0, 0, length) : weights["places"][view.Places()];
        }

        (Tensor Cosines, Tensor Sines)? rotation = null;
        if (turns is not null)
        {
            Tensor angles = HeldScalar.With(length, held => arange(held, float64)).unsqueeze(1) * turns;
            rotation = (angles.cos().to(float32), angles.sin().to(float32));
        }

        LeftOut left = training && Dropout > 0.0 ? new LeftOut(Dropout, TorchRandom.Key()) : default;
        x = left.From(x, 0);
        for (int i = 0; i < about.Layers.Count; i++)
        {
            string at = $"layers.{i}.";
            x += left.From(Attended(at, Read(at + "attention", x, view), (rotation, view)), 2 * i + 1);
            x += left.From(Fed(at, Read(at + "layer", x, view)), 2 * i + 2);
        }

        return Product(ReferenceEquals(about.Head, about.Symbols) ? "symbols" : "head", Normed("norm", x));
    }

    /// <summary>Visits all arrays, each once, and puts what comes back in their places.</summary>
    private static DecoderWeights Walk(DecoderWeights old, Func<string, float[], long[], float[]> visit)
    {
        DecoderWeights.Matrix Matrix(string name, DecoderWeights.Matrix matrix, int inputs) => new(
            visit(name + ".weight", matrix.Weight, [matrix.Weight.Length / inputs, inputs]),
            matrix.Bias is null ? null : visit(name + ".bias", matrix.Bias, [matrix.Bias.Length]));
        DecoderWeights.Scales Scales(string name, DecoderWeights.Scales scales) => new(
            visit(name + ".weight", scales.Weight, [scales.Weight.Length]),
            scales.Bias is null ? null : visit(name + ".bias", scales.Bias, [scales.Bias.Length]));
        DecoderWeights.Layer Layer(DecoderWeights.Layer layer, int i)
        {
            string at = $"layers.{i}.";
            return new DecoderWeights.Layer(
                Scales(at + "attentionNorm", layer.AttentionNorm),
                Matrix(at + "queriesKeysValues", layer.QueriesKeysValues, old.Width),
                Matrix(at + "attended", layer.Attended, old.Heads * old.HeadWidth),
                Scales(at + "layerNorm", layer.LayerNorm),
                layer.Gate is null ? null : Matrix(at + "gate", layer.Gate, old.Width),
                Matrix(at + "up", layer.Up, old.Width), Matrix(at + "down", layer.Down, old.Inner))
            {
                AttentionNear = Near(at + "attentionNear", layer.AttentionNear),
                LayerNear = Near(at + "layerNear", layer.LayerNear),
            };
        }

        float[]? Near(string name, float[]? near) => near is null ? null : visit(name, near, [near.Length]);

        DecoderWeights.Matrix symbols = Matrix("symbols", old.Symbols, old.Width);
        return old with
        {
            Symbols = symbols,
            Head = ReferenceEquals(old.Head, old.Symbols) ? symbols : Matrix("head", old.Head, old.Width),
            Places = old.Places is null ? null : visit("places", old.Places, [old.Context, old.Width]),
            Norm = Scales("norm", old.Norm),
            Layers = [.. old.Layers.Select(Layer)],
        };
    }

    private static Tensor Rotated(Tensor heads, (Tensor Cosines, Tensor Sines)? rotation) =>
        rotation is { } turn ? Rotations.Rotate(heads, turn.Cosines, turn.Sines) : heads;

    private Tensor Attended(
        string at, Tensor x, ((Tensor Cosines, Tensor Sines)? Rotation, DocumentView? View) rows)
    {
        (long texts, long length) = (x.shape[0], x.shape[1]);
        Tensor three = Product(at + "queriesKeysValues", x);
        Tensor Heads(int first, int count) => three
            .narrow(2, (long)first * about.HeadWidth, (long)count * about.HeadWidth)
            .view(texts, length, count, about.HeadWidth).transpose(1, 2);
        int group = about.Heads / about.KeyHeads;
        Tensor Shared(Tensor heads) => group == 1 ? heads : heads.repeat_interleave(group, 1);
        Tensor queries = Rotated(Heads(0, about.Heads), rows.Rotation);
        Tensor keys = Shared(Rotated(Heads(about.Heads, about.KeyHeads), rows.Rotation));
        Tensor values = Shared(Heads(about.Heads + about.KeyHeads, about.KeyHeads));
        Tensor seen = DocumentView.Attend(rows.View, queries, keys, values);
        return Product(
            at + "attended", seen.transpose(1, 2).reshape(texts, length, (long)about.Heads * about.HeadWidth));
    }

    private Tensor Fed(string at, Tensor x)
    {
        Tensor up = Product(at + "up", x);
        return Product(at + "down", about.Activation switch
        {
            DecoderActivation.Gelu => nn.functional.gelu(up),
            DecoderActivation.TanhGelu =>
                0.5 * up * (1.0 + tanh(Math.Sqrt(2.0 / Math.PI) * (up + 0.044715 * HeldScalar.With(3, up.pow)))),
            _ => nn.functional.silu(Product(at + "gate", x)) * up,
        });
    }

    /// <summary>What a part of a layer reads: its norm, and the neighbors that it has.</summary>
    private Tensor Read(string name, Tensor x, DocumentView? view)
    {
        Tensor normed = Normed(name + "Norm", x);
        return weights.TryGetValue(name + "Near", out Parameter? near) ? NearRows.Add(normed, near, view) : normed;
    }

    private Tensor Normed(string name, Tensor x)
    {
        Parameter scales = weights[name + ".weight"];
        Parameter? shift = weights.GetValueOrDefault(name + ".bias");
        if (!about.IsRootNorm)
        {
            return nn.functional.layer_norm(x, [about.Width], scales, shift, about.Epsilon);
        }

        return x * rsqrt(x.square().mean([-1L], keepdim: true) + about.Epsilon) * scales;
    }

    private Tensor Product(string name, Tensor x) =>
        nn.functional.linear(x, weights[name + ".weight"], weights.GetValueOrDefault(name + ".bias"));
}
