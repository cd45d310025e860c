using System.Text.Json;

namespace Math4AI.Tests.Build;

/// <summary>What is shipped is known by version, content and license.</summary>
public class DependencyTests
{
    private static readonly string[] Shipped = ["Math4AI.Native", "Math4AI.Reporting", "Math4AI.Cli"];

    [Fact]
    public void Every_package_that_is_shipped_has_its_license_in_the_notices()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Repository.Root, "THIRD-PARTY-NOTICES.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))];
        string[] named = [.. rows.SelectMany(row => row.Split('|')[1].Split(',')).Select(name => name.Trim())];
        Assert.Empty(Locked().Select(package => package.Name).Distinct().Except(named));
    }

    [Fact]
    public void Every_package_is_locked_by_the_hash_of_its_content()
    {
        Assert.NotEmpty(Locked());
        Assert.All(Locked(), package => Assert.Equal(64, Convert.FromBase64String(package.Hash).Length));
    }

    private static IEnumerable<(string Name, string Hash)> Locked()
    {
        foreach (string project in Shipped)
        {
            string path = Path.Combine(Repository.Root, "src", project, "packages.lock.json");
            using JsonDocument file = JsonDocument.Parse(File.ReadAllText(path));
            foreach (JsonProperty package in file.RootElement.GetProperty("dependencies").EnumerateObject()
                .SelectMany(framework => framework.Value.EnumerateObject()))
            {
                if (package.Value.GetProperty("type").GetString() != "Project")
                {
                    yield return (package.Name, package.Value.GetProperty("contentHash").GetString()!);
                }
            }
        }
    }
}
