using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Math4AI.Data;
using Math4AI.Probability.Sampling;

namespace Math4AI.Fitting;

/// <summary>
/// The two files of a saved posterior: what it is of, in <c>model.json</c>, and its draws, in <c>draws.npz</c>.
/// </summary>
internal static class SavedDraws
{
    private const string Name = "draws.npz";

    /// <summary>Represents what makes a posterior of its files, and says why they do not belong together.</summary>
    public delegate (T Found, string? Misfit) Joining<TContent, T>(TContent content, PosteriorDraws draws);

    /// <summary>What every description begins with.</summary>
    public interface IContent
    {
        string Kind { get; }

        int Version { get; }
    }

    /// <summary>Reads a saved posterior.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="json">How the description is read.</param>
    /// <param name="kind">The kind that it has to be of.</param>
    /// <param name="newest">The newest version of the format.</param>
    /// <param name="what">What it is, as a message says it.</param>
    /// <param name="join">Makes the posterior.</param>
    /// <exception cref="IOException">There is none, or a file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of a newer version.</exception>
    public static T Load<TContent, T>(
        string folder, JsonTypeInfo<TContent> json, string kind, int newest, string what, Joining<TContent, T> join)
        where TContent : class, IContent
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string path = SavedFit.PathIn(folder);
        PosteriorDraws draws = PosteriorDraws.Load(Path.Combine(folder, Name));
        try
        {
            TContent content = JsonSerializer.Deserialize(File.ReadAllText(path), json)
                ?? throw new JsonException("empty");
            if (content.Version > newest)
            {
                throw new InvalidDataException(
                    $"{path} has version {content.Version} of the format, and {newest} is the newest known here: use a "
                    + "newer Math4AI.Native.");
            }

            (T found, string? misfit) = join(
                content.Kind == kind ? content : throw new JsonException("another kind"), draws);
            return misfit is null ? found : throw new InvalidDataException(
                $"{path} and {Name} beside it do not belong together: {misfit}.");
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is no saved {what}: {e.Message}", e);
        }
    }

    /// <summary>Writes both files, whole or not at all.</summary>
    /// <exception cref="IOException">There are some already, or a file cannot be written.</exception>
    public static void Save(string folder, string json, PosteriorDraws draws, bool replace)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        using var files = new FileTransaction(replace);
        File.WriteAllText(files.Add(SavedFit.PathIn(folder)), json);
        draws.Save(files.Add(Path.Combine(folder, Name)));
        files.Commit();
    }
}
