using System.IO.Hashing;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Files;

/// <summary>What makes a training this one: it goes on only from its own checkpoints.</summary>
internal static class Fingerprint
{
    private const int Samples = 1024;

    /// <summary>Identifies a training.</summary>
    public static TrainingIdentity Of(nn.Module module, TrainingData train, TrainingData validation,
        TrainerOptions options) => new()
        {
            Structure = TrainingIdentity.StructureOf(module),
            Samples = train.Count,
            ValidationSamples = validation.Count,
            Data = Of(train),
            Settings = options.Identity(module),
        };

    /// <summary>
    /// A hash of samples spread over the training part. It guards against mistakes, not against attacks; those of
    /// System.Security.Cryptography need OpenSSL, without which .NET ends the process.
    /// </summary>
    private static string Of(TrainingData train)
    {
        using DisposeScope scope = NewDisposeScope();
        int count = Math.Min(Samples, train.Count);
        Batch batch = train.Take([.. Enumerable.Range(0, count).Select(i => (long)train.Count * i / count)]);
        var hash = new XxHash128();
        foreach ((_, Tensor tensor) in batch.Parts())
        {
            if (tensor.numel() > 0)
            {
                hash.Append(tensor.contiguous().bytes);
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
